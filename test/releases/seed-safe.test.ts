import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground } from '../lab/ground.js';

/** The seed's own cluster as a careful site has it: etcd with TLS, a registry with TLS and a login, sudo with a password. */
const name = 'seed-safe';
const { done, kha, spec, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
/** A command that is expected to fail: its exit code and all that it said. */
const failing = (host: string, command: string): Promise<string> => on(host, `{ ${command}; } 2>&1; echo "code $?"`);
const pki = '/etc/kubernetes/pki';

beforeAll(async () => {
  await lab('up', '--profile', 'v1.9.0', '--careful');
  appendFileSync(spec, 'etcd: { tls: true }\n');
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('is installed, and said to be no more unsafe than its age', async () => {
  const { code, stdout, stderr } = await kha('install', spec);
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-3000)}`).toMatch(/^0 .*Kubernetes v1\.9\.0 stands/s);
  expect(stderr).toContain('no security fixes since 2018');
  expect(stderr).not.toMatch(/plain HTTP|registry is insecure/);
  const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
  expect(nodes.match(/ Ready /g)).toHaveLength(4);
});

it('keeps all of it in an etcd that refuses plain HTTP, and whoever has no certificate of its authority', async () => {
  const address = (await on('m1', "getent hosts m1 | cut -d' ' -f1")).trim();
  const url = `https://${address}:2379`;
  expect(await failing('w1', `curl -sS --max-time 5 http://${address}:2379/health`)).not.toMatch(/code 0|health/);
  expect(await failing('w1', `curl -sSk --max-time 5 ${url}/health`)).toMatch(/certificate.*\ncode [^0]/);
  const etcdctl = `ETCDCTL_API=3 etcdctl --command-timeout=5s --endpoints=${url} --cacert=${pki}/etcd/ca.crt`;
  const ofKubernetes = `--cert=${pki}/apiserver-kubelet-client.crt --key=${pki}/apiserver-kubelet-client.key`;
  const ofEtcd = `--cert=${pki}/apiserver-etcd-client.crt --key=${pki}/apiserver-etcd-client.key`;
  const ask = 'get /registry/namespaces/default --keys-only';
  expect(await failing('m1', `${etcdctl} ${ask}`)).not.toContain('code 0');
  expect(await failing('m1', `${etcdctl} ${ofKubernetes} ${ask}`)).not.toContain('code 0');
  expect(await on('m1', `${etcdctl} ${ofEtcd} ${ask}`)).toContain('/registry/namespaces/default');
});

it('has a Calico that asks etcd with a certificate, whose key nobody else reads', async () => {
  const status = await lab('kubectl', '-n', 'kube-system', 'get', 'pods', '--no-headers');
  expect(status.split('\n').filter((line) => line.startsWith('calico-'))).toEqual(
    Array.from({ length: 5 }, () => expect.stringMatching(/ (1\/1|2\/2) +Running /) as string),
  );
  const mode = 'stat -c "%a %U" /etc/cni/net.d/calico-tls/etcd-key';
  expect(await on('w1', mode)).toMatch(/^[46]00 root\n$/);
  const { lines } = JSON.parse(await done('status', name, '--steps', '--output', 'json')) as { lines: unknown[] };
  expect(lines).toContainEqual(expect.objectContaining({ step: 'proveNetwork', state: 'changed' }));
});

it('has no secret where everybody on a host reads', async () => {
  const readable = `find /etc /var/lib/kha -xdev -type f -perm /o+r -print0 | xargs -0 grep -lE 'PRIVATE KEY|"auth":' || true`;
  for (const host of ['m1', 'w1']) {
    const found = (await on(host, readable)).split('\n').filter((path) => path !== '');
    // The lab's own host key, of a test's host.
    expect(found.filter((path) => !path.startsWith('/etc/ssh/'))).toEqual([]);
  }
});

it('has nothing to do the second time', async () => {
  expect(await done('install', spec)).toContain('nothing to do');
});

describe('certificates of etcd', () => {
  const path = `${pki}/etcd/healthcheck-client`;
  const sign = (ca: string, dates: string): string =>
    `openssl req -new -key ${path}.key -subj /CN=kube-etcd-healthcheck-client -out /tmp/r.csr && openssl x509 -req -in /tmp/r.csr -CA ${ca}.crt -CAkey ${ca}.key -CAcreateserial ${dates} -out ${path}.crt 2>&1`;

  it.each([
    ['is gone', `rm ${path}.crt`, 'has no key, or a key has none'],
    ['has expired', sign(`${pki}/etcd/ca`, '-not_before 20200101000000Z -not_after 20210101000000Z'), 'has expired'],
  ])('one that %s is made again', async (_, spoil, words) => {
    await on('m1', spoil);
    expect((await kha('plan', spec)).stdout).toContain(`${path}.crt ${words}`);
    await done('install', spec);
    expect(await on('m1', `openssl verify -CAfile ${pki}/etcd/ca.crt ${path}.crt`)).toContain(': OK');
    expect(await done('install', spec)).toContain('nothing to do');
  });

  it('one of another authority is named, and nothing is changed', async () => {
    await on('m1', sign(`${pki}/ca`, '-days 100'));
    const before = await on('m1', `sha256sum ${path}.crt`);
    const { stdout, stderr } = await kha('plan', spec);
    expect(stdout + stderr).toMatch(
      /healthcheck-client\.crt is not signed by .*etcd\/ca\.crt, and the host serves already/,
    );
    expect(await on('m1', `sha256sum ${path}.crt`)).toBe(before);
  });
});

it('answers through the virtual address after the power of a master is cut, though each member has a certificate of its own', async () => {
  const { virtualAddress } = JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string };
  await lab('kill', 'm1');
  const answers = (): Promise<string> =>
    on('w1', `curl -sk --max-time 3 https://${virtualAddress}:8443/healthz || true`);
  await expect.poll(answers, { timeout: 180_000, interval: 500 }).toBe('ok');
  const kubeconfig = 'kubectl --kubeconfig /etc/kubernetes/admin.conf';
  await on('m2', `${kubeconfig} create configmap after-the-cut && ${kubeconfig} get configmap after-the-cut`);
});
