import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/activities/failure.js';
import { createQuestions } from '../../src/activities/questions.js';
import { receiver, type Sealed } from '../../src/activities/sealed.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import { cluster } from '../clusters.js';

/** Control planes by what lies in their /etc/kubernetes/admin.conf; one that is left out does not answer. */
function questions(files: Readonly<Record<string, string | undefined>>, wanted = cluster()) {
  const run = (name: string) => () =>
    name in files
      ? Promise.resolve({ code: 0, stdout: files[name] === undefined ? 'absent\n' : `600\n${files[name]}`, stderr: '' })
      : Promise.reject(new HostFailure('Unreachable', { host: name, reason: 'it does not answer', next: '' }));
  const pool = { to: ({ name }: { name: string }) => ({ run: run(name) }) } as unknown as Pool;
  return createQuestions({ pool, cluster: async () => Promise.resolve({ cluster: wanted }) });
}

describe('fetchKubeconfig', () => {
  const { publicKey, open } = receiver();
  const fetch = (...of: Parameters<typeof questions>): Promise<Sealed> =>
    new MockActivityEnvironment().run((key: string) => questions(...of).fetchKubeconfig(key), publicKey);

  it('takes it from whichever control plane has one: the first may be silent or new', async () => {
    expect(open(await fetch({ m2: undefined, m3: 'the kubeconfig' }))).toBe('the kubeconfig');
  });

  it.each([
    ['its node’s address', [], 'https://10.0.0.12:6443'],
    ['its login address, where the certificates are good for that', ['203.0.113.12'], 'https://203.0.113.12:6443'],
  ])('names %s where every node has an endpoint of its own', async (_, certSANs, server) => {
    const hosts = cluster().hosts.map((host) =>
      host.name === 'm2' ? { ...host, ssh: { address: '203.0.113.12' } } : host,
    );
    const local = cluster({ controlPlaneEndpoint: { type: 'local' }, apiServer: { certSANs }, hosts });
    const admin = (at: string): string =>
      `clusters:\n- cluster:\n    certificate-authority-data: QQ==\n    server: ${at}\n`;
    expect(open(await fetch({ m2: admin('https://127.0.0.1:8443') }, local))).toBe(admin(server));
    expect(open(await fetch({ m2: admin('https://10.0.0.100:8443') }))).toBe(admin('https://10.0.0.100:8443'));
    // kubeadm 1.9 has each control plane name itself.
    expect(open(await fetch({ m2: admin('https://10.0.0.12:6443') }))).toBe(admin('https://10.0.0.100:8443'));
  });

  it('says of each control plane why it gave none', async () => {
    await expect(fetch({ m1: undefined, m3: undefined })).rejects.toThrow(
      'm1: it has none; m2: it does not answer; m3: it has none',
    );
  });
});
