import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layKubeconfigs } from '../../../src/steps/certificates/kubeconfigs.js';
import {
  asked,
  at,
  folder,
  keyless,
  layAuthorities,
  machine,
  ofCluster,
  ofEtcd,
  on,
  read,
  root,
  said,
  signAll,
  stranger,
} from './keyless-site.js';

// Some hundred processes a test.
describe('obtainCertificates', { timeout: 120_000 }, () => {
  it('asks for all that the authority signs, waits for it, and lays it; a second run asks for nothing', async () => {
    const m1 = on(ofCluster(), 'm1');
    expect(await m1.check()).toHaveLength(7);
    expect(asked()).toEqual([]);
    expect(await m1.apply()).toMatch(
      /^7 certificates are waited for in \S+ \(on .*\): test\/ca\/m1\/apiserver\.crt, .*test\/ca\/m1\/kubelet\.conf\.crt$/,
    );
    expect(asked()).toEqual(
      [
        'admin.conf',
        'apiserver-kubelet-client',
        'apiserver',
        'controller-manager.conf',
        'kubelet.conf',
        'scheduler.conf',
        'super-admin.conf',
      ].map((name) => `test/ca/m1/${name}.csr`),
    );
    const before = read('test/ca/m1/apiserver.csr');
    expect(await m1.apply()).toMatch(/^7 certificates are waited for/);
    expect(read('test/ca/m1/apiserver.csr')).toBe(before);

    signAll();
    expect(await m1.check()).toEqual(
      expect.arrayContaining([expect.stringMatching(/apiserver\.crt is signed for it$/)]),
    );
    expect(await m1.apply()).toBe('');
    expect(await m1.check()).toEqual([]);
    const laid = readFileSync(join(root, 'm1/etc/kubernetes/pki/apiserver.crt'), 'utf8');
    expect(said(laid, '-subject', '-nameopt', 'RFC2253', '-ext', 'subjectAltName,extendedKeyUsage')).toMatch(
      /^subject=CN=kube-apiserver\n.*TLS Web Server Authentication.*DNS:m1.*IP Address:10\.0\.0\.11.*DNS:kubernetes\.default/s,
    );
    for (const key of ['pki/apiserver.key', 'kha/signed/admin.conf.key'])
      expect(statSync(join(root, 'm1/etc/kubernetes', key)).mode & 0o777).toBe(0o600);
    expect(existsSync(join(root, 'm1/etc/kubernetes/kha/requests'))).toBe(false);
    expect(
      readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.key')),
    ).toEqual([]);
  });

  it('tells whoever signs what is asked for, in the request and beside it', async () => {
    await on(ofEtcd(), 'm1').apply();
    expect(read('test/etcdCA/m1/requests.txt')).toContain(
      'etcd-peer.csr\n  subject:            CN = m1\n  names:              m1, 10.0.0.11, localhost\n  extended key usage: serverAuth, clientAuth\n  lifetime:           8760 hours, 720 hours at least\n',
    );
    const { stdout } = spawnSync('openssl', ['req', '-noout', '-text'], {
      input: read('test/etcdCA/m1/etcd-peer.csr'),
      encoding: 'utf8',
    });
    expect(stdout).toMatch(
      /Subject: CN ?= ?m1\n.*id-ecPublicKey.*TLS Web Server Authentication, TLS Web Client Authentication.*DNS:m1, IP Address:10\.0\.0\.11, DNS:localhost/s,
    );
    expect(asked()).toHaveLength(4);
  });

  it('gives a worker a kubeconfig that is finished', async () => {
    const wanted = ofCluster();
    const w1 = on(wanted, 'w1');
    await w1.apply();
    expect(asked()).toEqual(['test/ca/w1/kubelet.conf.csr']);
    signAll();
    expect(await w1.apply()).toBe('');
    const host = machine(wanted, 'w1');
    await host.run(['set -eu', ...layKubeconfigs(wanted, host.machine)].join('\n'));
    const made = readFileSync(join(root, 'w1/etc/kubernetes/kubelet.conf'), 'utf8');
    expect(made).toMatch(/^ {4}server: https:\/\/10\.0\.0\.100:8443\n {2}name: test$/m);
    const [, cert = ''] = /client-certificate-data: (\S+)/.exec(made) ?? [];
    expect(said(Buffer.from(cert, 'base64').toString(), '-subject', '-nameopt', 'RFC2253')).toBe(
      'subject=CN=system:node:w1,O=system:nodes\n',
    );
    expect(statSync(join(root, 'w1/etc/kubernetes/kubelet.conf')).mode & 0o777).toBe(0o600);
    // kubeadm has ended: what it left is the node's, whatever lies beside.
    rmSync(join(root, 'w1/etc/kubernetes/kha/signed'), { recursive: true });
    expect(await w1.check()).toHaveLength(1);
    await host.write('/var/lib/kha/worker', 'done\n');
    expect(await w1.check()).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'half of a certificate',
      () => renewed((pem) => pem.slice(0, 300)),
      /etcd-peer\.crt, in .*: it is no certificate in PEM, or only the beginning/,
    ],
    [
      'two files that were swapped',
      () => {
        renameSync(at('test/etcdCA/m1/etcd-peer.crt'), at('aside'));
        renameSync(at('test/etcdCA/m1/etcd-server.crt'), at('test/etcdCA/m1/etcd-peer.crt'));
        renameSync(at('aside'), at('test/etcdCA/m1/etcd-server.crt'));
      },
      /etcd-server\.crt, .*of another key than the request.*etcd-peer\.crt, .*of another key/,
    ],
  ])('lays nothing of %s, names it, and lays it once it is right', async (_, spoil, words) => {
    const m1 = on(ofEtcd(), 'm1');
    await m1.apply();
    signAll();
    spoil();
    expect(await m1.apply()).toMatch(words);
    expect(existsSync(join(root, 'm1/etc/kubernetes/pki/etcd/peer.crt'))).toBe(false);
    // The others are there.
    expect(existsSync(join(root, 'm1/etc/kubernetes/pki/apiserver-etcd-client.crt'))).toBe(true);
    for (const name of ['etcd-peer', 'etcd-server']) rmSync(at(`test/etcdCA/m1/${name}.crt`));
    signAll();
    expect(await m1.apply()).toBe('');
    expect(await m1.check()).toEqual([]);
  });

  /** Writes a host's certificate of etcd's peers otherwise. */
  const renewed = (change: (pem: string) => string): void =>
    writeFileSync(at('test/etcdCA/m1/etcd-peer.crt'), change(read('test/etcdCA/m1/etcd-peer.crt')));

  it('asks anew, and sets the old answer aside, where names were added to a cluster that stands', async () => {
    await on(ofCluster(), 'm1').apply();
    signAll();
    await on(ofCluster(), 'm1').apply();
    const more = on(keyless({ ca: { cert: join(root, 'ca.crt') } }, { certSANs: ['api.example.org'] }), 'm1');
    expect(await more.check()).toEqual([
      expect.stringMatching(/apiserver\.crt is not good for api\.example\.org; it will be asked for/),
    ]);
    expect(await more.apply()).toMatch(/^a certificate is waited for in .*: test\/ca\/m1\/apiserver\.crt$/);
    expect(existsSync(at('test/ca/m1/apiserver.crt.old'))).toBe(true);
    signAll();
    expect(await more.apply()).toBe('');
    expect(await more.check()).toEqual([]);
  });

  it('asks for other names with the same key as long as nothing was laid, and takes no answer to the first request', async () => {
    await on(ofCluster(), 'm1').apply();
    signAll();
    const more = on(keyless({ ca: { cert: join(root, 'ca.crt') } }, { certSANs: ['api.example.org'] }), 'm1');
    expect(await more.apply()).toMatch(/^test\/ca\/m1\/apiserver\.crt, in .*: it is not good for api\.example\.org$/);
    rmSync(at('test/ca/m1/apiserver.crt'));
    signAll();
    expect(await more.apply()).toBe('');
  });

  it('asks with new keys where the host was installed anew', async () => {
    const m1 = on(ofEtcd(), 'm1');
    await m1.apply();
    signAll();
    await m1.apply();
    rmSync(join(root, 'm1'), { recursive: true });
    layAuthorities();
    expect(await m1.apply()).toMatch(/^4 certificates are waited for/);
    signAll();
    expect(await m1.apply()).toBe('');
  });

  it('goes on where it was cut off between a key and its certificate', async () => {
    const m1 = on(ofEtcd(), 'm1');
    await m1.apply();
    signAll();
    renameSync(join(root, 'm1/etc/kubernetes/kha/requests/etcd-peer.key'), join(root, 'key'));
    writeFileSync(join(root, 'm1/etc/kubernetes/pki/etcd/peer.key'), readFileSync(join(root, 'key')));
    renameSync(join(root, 'key'), join(root, 'm1/etc/kubernetes/kha/requests/etcd-peer.key'));
    expect(await m1.check()).toEqual(
      expect.arrayContaining([expect.stringMatching(/peer\.crt has no key, or a key has none/)]),
    );
    expect(await m1.apply()).toBe('');
  });

  it('is held, and makes no folder, where the folder is away; and where it cannot be written', async () => {
    renameSync(folder, `${folder}.away`);
    const m1 = on(ofEtcd(), 'm1');
    expect(await m1.apply()).toMatch(/^certificates\.requests, .*: there is no such folder$/);
    expect(existsSync(folder)).toBe(false);
    writeFileSync(folder, '');
    expect(await m1.apply()).toMatch(/: it is no folder$/);
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    writeFileSync(join(folder, 'test'), 'in the way');
    expect(await m1.apply()).toMatch(/requests\/test\/etcdCA.*: ENOTDIR/);
    rmSync(join(folder, 'test'));
    expect(await m1.apply()).toMatch(/^4 certificates are waited for/);
  });

  it('asks anew for a kubeconfig that was made ready for another authority', async () => {
    const w1 = on(ofCluster(), 'w1');
    await w1.apply();
    signAll();
    await w1.apply();
    writeFileSync(join(root, 'ca.crt'), stranger.cert);
    expect(await w1.check()).toEqual([
      expect.stringMatching(/kubelet\.conf\.crt is of another authority; it will be asked for/),
    ]);
    expect(await w1.apply()).toMatch(/^a certificate is waited for/);
    signAll(stranger);
    expect(await w1.apply()).toBe('');
    expect(await w1.check()).toEqual([]);
  });
});
