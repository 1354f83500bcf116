import { describe, expect, it } from 'vitest';
import { certificates, type Certificate } from '../../../src/facts/certificate.js';
import { existing } from '../../../src/facts/files.js';
import { keyPairs, type Held } from '../../../src/facts/key-pairs.js';
import { signatures } from '../../../src/facts/signatures.js';
import { ownCertificates, type OwnCertificate } from '../../../src/steps/certificates/paths.js';
import { createCertificates } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

/** What a host tells of one certificate. */
interface Told {
  readonly held: Held;
  readonly certificate: Pick<Certificate, 'expires' | 'names'> | undefined;
  readonly signed: 'signed' | 'foreign' | undefined;
}

const minute = 60_000;
const key = { key: 'aa'.repeat(32) };
const open = { print: 'bb'.repeat(32), ...key };
const admin = '/etc/kubernetes/admin.conf';
const member = '/var/lib/etcd/member';
const pki = '/etc/kubernetes/pki';
const wanted = cluster();

const well = ({ names }: OwnCertificate): Told => ({
  held: { public: open, private: key },
  certificate: { expires: Date.now() + 365 * 1440 * minute, names },
  signed: 'signed',
});
const none: Told = { held: { public: 'absent', private: 'absent' }, certificate: undefined, signed: undefined };

/** A host whose certificates are well but for those that are told, by the phase that makes them. */
function hostWith(
  told: Readonly<Record<string, Partial<Told>>>,
  runs: readonly string[] = [],
  name = 'm1',
  of = wanted,
) {
  const host = new FakeHost(of, name);
  const all = ownCertificates(of, host.machine).map((one) => ({ ...one, ...well(one), ...told[one.phase] }));
  const byPath = <T>(value: (one: (typeof all)[number]) => T | undefined): Map<string, T> =>
    new Map(all.flatMap((one) => (value(one) === undefined ? [] : [[one.path, value(one)!] as const])));
  const full = (one: (typeof all)[number]): Certificate | undefined =>
    one.certificate && { path: one.path, issuer: '', subject: '', ...one.certificate };
  host.tells(certificates(all.map(({ path }) => path)), byPath(full));
  host.tells(keyPairs(all.map(({ pair }) => pair)), new Map(all.map(({ pair, held }) => [pair.name, held])));
  host.tells(
    signatures(all),
    byPath(({ signed }) => signed),
  );
  host.tells(existing([admin, member]), [...runs]).obeys(/kubeadm init phase certs /);
  const made = (): string[] =>
    host.done.flatMap((one) => [...one.matchAll(/init phase certs (\S+)/g)].map(([, phase]) => phase!));
  return { host, context: contextOf(of, host), made };
}

describe('createCertificates', () => {
  it.each<[string, Partial<Told>]>([
    ['is well', {}],
    [
      'ends in a minute: the proof warns of it',
      { certificate: { expires: Date.now() + minute, names: namesOf('apiserver') } },
    ],
    [
      'is good for more names than are wanted',
      { certificate: { expires: Date.now() + 1440 * minute, names: [...namesOf('apiserver'), 'api.example'] } },
    ],
  ])('keeps a certificate that %s', async (_, told) => {
    for (const runs of [[], [admin, member]]) {
      const { context, made } = hostWith({ apiserver: told }, runs);
      expect(await createCertificates.check(context)).toEqual([]);
      await createCertificates.apply!(context);
      expect(made()).toEqual([]);
    }
  });

  // Whether the host serves or not: what nobody can use, or believes no longer, serves nobody.
  it.each<[string, Partial<Told>]>([
    ['is not there', none],
    ['has no key, or a key has none', { held: { public: open, private: 'absent' } }],
    ['has no key, or a key has none', { held: { public: 'absent', private: key }, certificate: undefined }],
    ['is no certificate, or its key is another’s', { held: { public: open, private: { key: 'cc'.repeat(32) } } }],
    ['is no certificate, or its key is another’s', { held: { public: 'unreadable', private: key } }],
    ['is no certificate, or its key is another’s', { held: { public: open, private: 'unreadable' } }],
    ['is no certificate, or its key is another’s', { certificate: undefined }],
    ['has expired', { certificate: { expires: Date.now() - minute, names: namesOf('apiserver') } }],
    [
      'is not good for m1, 10.0.0.100',
      {
        certificate: {
          expires: Date.now() + 1440 * minute,
          names: namesOf('apiserver').filter((name) => !['m1', '10.0.0.100'].includes(name)),
        },
      },
    ],
  ])('makes anew a certificate that %s, and no other', async (words, told) => {
    for (const runs of [[], [admin, member]]) {
      const { context, made } = hostWith({ apiserver: told }, runs);
      expect(await createCertificates.check(context)).toEqual([`${pki}/apiserver.crt ${words}`]);
      await createCertificates.apply!(context);
      expect(made()).toEqual(['apiserver']);
    }
  });

  it.each<[string, 'foreign' | undefined, phase: string, file: string]>([
    [`is not signed by ${pki}/ca.crt`, 'foreign', 'apiserver', 'apiserver.crt'],
    [`is not signed by ${pki}/etcd/ca.crt`, 'foreign', 'etcd-peer', 'etcd/peer.crt'],
    [`is there without ${pki}/etcd/ca.crt`, undefined, 'etcd-peer', 'etcd/peer.crt'],
  ])(
    'makes anew a certificate that %s, but only on a host that does not serve yet',
    async (words, signed, phase, path) => {
      const bare = hostWith({ [phase]: { signed } });
      expect(await createCertificates.check(bare.context)).toEqual([`${pki}/${path} ${words}`]);
      await createCertificates.apply!(bare.context);
      expect(bare.made()).toEqual([phase]);

      for (const runs of [[admin], [member], [admin, member]]) {
        const { context, host } = hostWith({ [phase]: { signed }, 'front-proxy-client': none }, runs);
        const refusal = {
          name: 'Refused',
          message: `${pki}/${path} ${words}, and the host serves already: ${runs.join(', ')}`,
        };
        await expect(createCertificates.check(context)).rejects.toMatchObject(refusal);
        await expect(createCertificates.apply!(context)).rejects.toMatchObject(refusal);
        // Not even what is only not there: with two authorities nobody knows which one is to sign it.
        expect(host.done).toEqual([]);
      }
    },
  );

  it('makes all that a bare host needs by its roles', async () => {
    const etcd = ['etcd-server', 'etcd-peer', 'etcd-healthcheck-client'];
    const master = ['apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'apiserver-etcd-client'];
    const apart = cluster({ hosts: [...wanted.hosts, { name: 'e1', address: '10.0.0.31', roles: ['etcd'] }] });
    const bare = Object.fromEntries([...master, ...etcd].map((phase) => [phase, none]));
    const cases = [
      ['m1', wanted, [...master, ...etcd]],
      ['m1', apart, master],
      ['e1', apart, etcd],
    ] as const;
    for (const [name, of, phases] of cases) {
      const { context, made } = hostWith(bare, [], name, of);
      await createCertificates.apply!(context);
      expect(made()).toEqual(phases);
    }
  });
});

function namesOf(phase: string): readonly string[] {
  return ownCertificates(wanted, wanted.hosts[0]!).find((one) => one.phase === phase)!.names;
}
