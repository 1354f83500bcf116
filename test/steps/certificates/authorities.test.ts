import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { existing, file } from '../../../src/facts/files.js';
import { keyPairs, type Held } from '../../../src/facts/key-pairs.js';
import { copyCertificateAuthorities } from '../../../src/steps/certificates/copy-certificate-authorities.js';
import { createCertificateAuthorities } from '../../../src/steps/certificates/create-certificate-authorities.js';
import { authorities, ownCertificates, staged } from '../../../src/steps/certificates/paths.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

/** What a host has of every authority: that of a cluster by its letter, nothing, or one half. */
type Has = 'A' | 'B' | 'nothing' | 'certificate of A' | 'key of A' | 'key of B' | 'junk';

function held(has: Has): Held {
  const of = (letter: string): string => letter.toLowerCase().repeat(64);
  if (has === 'nothing') return { public: 'absent', private: 'absent' };
  if (has === 'junk') return { public: 'unreadable', private: { key: of('A') } };
  const letter = has.at(-1)!;
  return {
    public: has.startsWith('key') ? 'absent' : { print: of(letter), key: of(letter) },
    private: has.startsWith('certificate') ? 'absent' : { key: of(letter) },
  };
}

interface Ground {
  readonly [host: string]: { readonly has: Has; readonly finds?: readonly string[] } | undefined;
}

/** Hosts of a cluster in its order; one that is left out does not answer. */
function standing(wanted: Cluster, ground: Ground) {
  const hosts = wanted.hosts.map((machine) => {
    const host = new FakeHost(wanted, machine.name);
    const told = ground[machine.name];
    if (!told) return host;
    const pairs = authorities(wanted, machine);
    const signs = [
      staged,
      ...ownCertificates(wanted, machine).map(({ path }) => path),
      '/etc/kubernetes/admin.conf',
      '/var/lib/etcd/member',
    ];
    host.tells(keyPairs(pairs), new Map(pairs.map(({ name }) => [name, held(told.has)])));
    host.tells(existing(signs), [...(told.finds ?? [])]);
    for (const { public: open, private: secret } of pairs)
      for (const path of [open, secret])
        host.tells(file(path, { secret: true }), { mode: '600', content: `${path} of ${machine.name}` });
    return host.obeys(/kha-authorities|^rm -rf \S*given$/);
  });
  const on = (name: string) =>
    contextOf(
      wanted,
      hosts.find(({ machine }) => machine.name === name)!,
      hosts,
    );
  return {
    hosts,
    on,
    done: () => hosts.flatMap(({ machine, done }) => done.map((what) => `${machine.name}: ${what}`)),
  };
}

const traces = ['/etc/kubernetes/admin.conf'];
const runs = { has: 'A' as const, finds: traces };
const bare = { has: 'nothing' as const };
const masters = cluster().hosts.filter(({ roles }) => roles.includes('control-plane'));
const sorted = cluster({ hosts: [...masters].reverse() });
const newOnTop = cluster({ hosts: [{ name: 'm0', address: '10.0.0.10', roles: ['control-plane'] }, ...masters] });

describe('createCertificateAuthorities', () => {
  it.each([
    ['a reinstalled first control plane', cluster(), { m1: bare, m2: runs, m3: runs }],
    ['a new host on top of the list', newOnTop, { m0: bare, m1: runs, m2: runs, m3: runs }],
    ['another order of the list', sorted, { m1: runs, m2: runs, m3: runs }],
    [
      'a first control plane on which the copy was cut off',
      cluster(),
      { m1: { has: 'key of A' as const }, m2: runs, m3: runs },
    ],
  ])('makes nothing because of %s', async (_, wanted, ground) => {
    const { on, done } = standing(wanted, ground);
    for (const { name } of wanted.hosts.filter(({ roles }) => roles.includes('control-plane'))) {
      expect(await createCertificateAuthorities.check(on(name))).toEqual([]);
      await createCertificateAuthorities.apply!(on(name)).catch(() => undefined);
    }
    expect(done().filter((what) => what.includes('kha-authorities'))).toEqual([]);
  });

  it('makes them on one host once every control plane has said that it has none', async () => {
    const { on, done } = standing(cluster(), { m1: bare, m2: bare, m3: bare });
    expect(await createCertificateAuthorities.check(on('m2'))).toHaveLength(4);
    await createCertificateAuthorities.apply!(on('m2'));
    expect(done()).toEqual([
      expect.stringMatching(/^m1: .*certs ca .*certs front-proxy-ca .*certs etcd-ca .*certs sa /s),
    ]);
  });

  describe('of the site', () => {
    const given = { ca: { cert: '/keys/ca.crt', key: 'file:/keys/ca.key' } };
    const wanted = cluster({ certificates: given });

    it('are laid beside before kubeadm makes the others, and taken away after', async () => {
      const { on, done, hosts } = standing(wanted, { m1: bare, m2: bare, m3: bare });
      await createCertificateAuthorities.apply!(on('m2'));
      expect(done()).toEqual([
        `m1: rm -rf ${staged}.given`,
        `m1: write ${staged}.given/ca.key`,
        `m1: write ${staged}.given/ca.crt`,
        expect.stringMatching(/^m1: .*cp -R -p \S*given\/\. .*certs ca .*rm -rf \S*given$/s),
      ]);
      const key = hosts[0]!.written.get(`${staged}.given/ca.key`);
      expect(key).toEqual({ content: 'the key of ca\n', mode: '0600', secret: true });
    });

    it('make nothing where they are none', async () => {
      const { on, done } = standing(wanted, { m1: bare, m2: bare, m3: bare });
      const context = { ...on('m1'), authority: () => Promise.resolve({ cert: '', key: '', flaws: ['it ended'] }) };
      await expect(createCertificateAuthorities.apply!(context)).rejects.toThrow('it ended');
      expect(done()).toEqual([]);
    });

    it('are compared with those of hosts that have some, as long as the file is there', async () => {
      const { on, hosts } = standing(wanted, { m1: runs, m2: runs, m3: runs });
      const has = (content: string) => hosts[0]!.tells(file('/etc/kubernetes/pki/ca.crt'), { mode: '644', content });
      const pem = (body: string) => `-----BEGIN CERTIFICATE-----${body}-----END CERTIFICATE-----\n`;
      const context = { ...on('m1'), secret: () => Promise.resolve(`text\n${pem('AB\nCD')}`) };
      has(pem('ABCD'));
      expect(await createCertificateAuthorities.check(context)).toEqual([]);
      has(pem('ABCE'));
      await expect(createCertificateAuthorities.check(context)).rejects.toThrow(
        'm1 has another ca than certificates.ca (/keys/ca.crt)',
      );
      const gone = { ...on('m1'), secret: () => Promise.reject(new Error('gone')) };
      expect(await createCertificateAuthorities.check(gone)).toEqual([]);
      expect(gone.warnings).toEqual([expect.stringMatching(/ca\.crt cannot be read/)]);
    });
  });

  it('makes nothing while one control plane cannot be asked', async () => {
    const { on, done } = standing(cluster(), { m1: bare, m2: bare });
    await expect(createCertificateAuthorities.check(on('m1'))).rejects.toThrow('m3 was not told');
    await expect(createCertificateAuthorities.apply!(on('m1'))).rejects.toThrow('m3 was not told');
    expect(done()).toEqual([]);
  });

  it('lets a silent control plane not stop what stands, and says that it was not asked', async () => {
    const given = standing(cluster(), { m2: runs, m3: runs }).on('m2');
    expect(await createCertificateAuthorities.check(given)).toEqual([]);
    expect(given.warnings).toEqual([expect.stringContaining('m1 could not be asked')]);
  });

  it('goes on where the last attempt was cut off, on the host where it was', async () => {
    const { on, done } = standing(cluster(), { m1: bare, m2: { has: 'nothing', finds: [staged] }, m3: bare });
    expect(await createCertificateAuthorities.check(on('m1'))).toEqual([
      'm2 has made authorities that are not in their place yet',
    ]);
    await createCertificateAuthorities.apply!(on('m1'));
    expect(done()).toEqual([expect.stringMatching(/^m2: /)]);
  });

  it.each([
    [
      'two clusters mixed',
      { m1: { has: 'A' }, m2: { has: 'A' }, m3: { has: 'B' } },
      /ca differs: m1, m2 have SHA-256 AA:AA.*; m3 has SHA-256 BB:BB/,
    ],
    [
      'a key of another authority alone',
      { m1: { has: 'key of B' }, m2: { has: 'A' }, m3: bare },
      /m1: \S+ca.key is not the key of \S+ca.crt of m2/,
    ],
    ['a file that is no certificate', { m1: { has: 'junk' }, m2: { has: 'A' }, m3: bare }, /m1: .*cannot be read/],
    [
      'authorities lost on every control plane of a cluster',
      { m1: bare, m2: { ...bare, finds: traces }, m3: bare },
      /m2 has \/etc\/kubernetes\/admin.conf/,
    ],
    ['halves and nothing whole', { m1: { has: 'certificate of A' }, m2: bare, m3: bare }, /m1 has one half of ca/],
  ] as const)('refuses %s, and changes nothing', async (_, ground, words) => {
    const { on, done } = standing(cluster(), ground);
    await expect(createCertificateAuthorities.check(on('m1'))).rejects.toMatchObject({
      name: 'Refused',
      message: expect.stringMatching(words) as string,
    });
    await expect(createCertificateAuthorities.apply!(on('m1'))).rejects.toMatchObject({ name: 'Refused' });
    expect(done()).toEqual([]);
  });
});

describe('copyCertificateAuthorities', () => {
  const writes = async (wanted: Cluster, ground: Ground, name: string) => {
    const { on, done } = standing(wanted, ground);
    const missing = await copyCertificateAuthorities.check(on(name));
    await copyCertificateAuthorities.apply!(on(name));
    return { missing, done: done() };
  };

  it('is for every control plane, the first of the list too', () =>
    expect(copyCertificateAuthorities.on(cluster()).map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']));

  it('gives a reinstalled first control plane what another has, and touches no other host', async () => {
    const { missing, done } = await writes(cluster(), { m1: bare, m2: runs, m3: runs }, 'm1');
    expect(missing).toHaveLength(8);
    expect(done).toHaveLength(8);
    for (const what of done) expect(what).toMatch(/^m1: write/);
  });

  it.each([
    ['the key', 'certificate of A', /\.key$/],
    ['the certificate', 'key of A', /\.(crt|pub)$/],
  ] as const)('heals a copy that was cut off: writes %s alone', async (_, has, path) => {
    const { done } = await writes(cluster(), { m1: runs, m2: { has }, m3: runs }, 'm2');
    expect(done).toHaveLength(4);
    for (const what of done) expect(what).toMatch(path);
  });

  it('writes nothing over another cluster’s, whichever host is first', async () => {
    for (const wanted of [cluster(), sorted]) {
      const { missing, done } = await writes(wanted, { m1: { has: 'B' }, m2: runs, m3: runs }, 'm1');
      expect([missing, done]).toEqual([[], []]);
    }
  });

  it('gives a new host nothing while the others have different ones', async () => {
    const { on, done } = standing(cluster(), { m1: bare, m2: { has: 'A' }, m3: { has: 'B' } });
    await expect(copyCertificateAuthorities.check(on('m1'))).rejects.toMatchObject({ name: 'Refused' });
    expect(done()).toEqual([]);
  });

  it('begins with none while one of them cannot be had', async () => {
    const { on, done, hosts } = standing(cluster(), { m1: bare, m2: runs, m3: runs });
    hosts[1]!.tells(file('/etc/kubernetes/pki/sa.pub', { secret: true }), undefined);
    await expect(copyCertificateAuthorities.apply!(on('m1'))).rejects.toThrow(
      '/etc/kubernetes/pki/sa.pub of m2 is gone',
    );
    expect(done()).toEqual([]);
  });

  it('gives an etcd host of its own etcd’s authority and no other', async () => {
    const wanted = cluster({ hosts: [...masters, { name: 'e1', address: '10.0.0.31', roles: ['etcd'] }] });
    const { done } = await writes(wanted, { m1: runs, m2: runs, m3: runs, e1: bare }, 'e1');
    expect(done).toEqual(['e1: write /etc/kubernetes/pki/etcd/ca.key', 'e1: write /etc/kubernetes/pki/etcd/ca.crt']);
  });
});
