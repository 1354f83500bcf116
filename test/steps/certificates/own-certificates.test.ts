import { describe, expect, it } from 'vitest';
import { certificates, type Certificate } from '../../../src/facts/certificate.js';
import { existing } from '../../../src/facts/files.js';
import { keyPairs } from '../../../src/facts/key-pairs.js';
import { signatures } from '../../../src/facts/signatures.js';
import { createCertificates } from '../../../src/steps/certificates/create-certificates.js';
import { ownCertificates } from '../../../src/steps/certificates/paths.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster();
const path = '/etc/kubernetes/pki/apiserver.crt';

/** m2 with certificates that are in order, but for what is told of the API server's, and with signs that it serves. */
function standing(
  { signed = 'signed', ...more }: Partial<Certificate> & { signed?: 'signed' | 'foreign' } = {},
  serves: readonly string[] = ['/etc/kubernetes/admin.conf'],
) {
  const host = new FakeHost(wanted, 'm2').obeys(/kubeadm init phase certs /);
  const own = ownCertificates(wanted, host.machine);
  const whole = { public: { print: 'a', key: 'k' }, private: { key: 'k' } };
  const found = ({ path: one, names }: (typeof own)[number]): Certificate => ({
    path: one,
    names,
    expires: Date.now() + 86_400_000,
    issuer: 'CN=kubernetes',
    subject: '',
    ...(one === path && more),
  });
  host
    .tells(certificates(own.map((one) => one.path)), new Map(own.map((one) => [one.path, found(one)])))
    .tells(keyPairs(own.map(({ pair }) => pair)), new Map(own.map(({ pair }) => [pair.name, whole])))
    .tells(signatures(own), new Map(own.map((one) => [one.path, one.path === path ? signed : ('signed' as const)])))
    .tells(existing(['/etc/kubernetes/admin.conf', '/var/lib/etcd/member']), [...serves]);
  return { host, context: contextOf(wanted, host) };
}

describe('createCertificates', () => {
  it('finds nothing to do where all are of the shared authorities', async () => {
    expect(await createCertificates.check(standing().context)).toEqual([]);
  });

  it('makes anew what another authority has signed, though its names and dates are right, where nothing serves yet', async () => {
    const { host, context } = standing({ signed: 'foreign' }, []);
    expect(await createCertificates.check(context)).toEqual([`${path} is not signed by /etc/kubernetes/pki/ca.crt`]);
    await createCertificates.apply!(context);
    expect(host.done).toEqual([expect.stringContaining('kubeadm init phase certs apiserver ')]);
  });

  it('refuses it on a host that serves already, and changes nothing', async () => {
    const { host, context } = standing({ signed: 'foreign' });
    const refused = {
      name: 'Refused',
      message: `${path} is not signed by /etc/kubernetes/pki/ca.crt, and the host serves already: /etc/kubernetes/admin.conf`,
    };
    await expect(createCertificates.check(context)).rejects.toMatchObject(refused);
    await expect(createCertificates.apply!(context)).rejects.toMatchObject(refused);
    expect(host.done).toEqual([]);
  });

  it.each<[string, Partial<Certificate>, RegExp]>([
    ['has expired', { expires: Date.now() - 1 }, /has expired/],
    ['lacks a name', { names: ['m2', '10.0.0.12'] }, /is not good for 10\.0\.0\.100, kubernetes, /],
  ])('makes one anew that %s, also on a host that serves', async (_, more, words) => {
    const { host, context } = standing(more);
    expect(await createCertificates.check(context)).toEqual([expect.stringMatching(words)]);
    await createCertificates.apply!(context);
    expect(host.done).toEqual([expect.stringContaining('kubeadm init phase certs apiserver ')]);
  });
});
