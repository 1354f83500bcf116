import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeAuthority, signedBy, type Made } from '../certificates.js';
import { ground } from '../lab/ground.js';

/** A site whose authorities' keys only a signer beside the hosts has, who is this test: one control plane and one worker. */
const name = 'keyless';
const { kha, done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const requests = join(folder, 'requests');
const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const tenYears = ['-days', '3650'];
const authorities: Readonly<Record<string, Made>> = {
  ca: madeAuthority({ more: tenYears }),
  etcdCA: madeAuthority({ key: curve, more: tenYears }),
  frontProxyCA: madeAuthority({ key: curve, more: tenYears }),
};

const settings = (more: string): string => `certificates:
  ca: { cert: ca.crt }
  etcdCA: { cert: etcdCA.crt }
  frontProxyCA: { cert: frontProxyCA.crt }
  requests: ${requests}
${more}`;
let bare = '';

beforeAll(async () => {
  await lab('up', '--control-planes', '1', '--workers', '1');
  bare = readFileSync(spec, 'utf8');
  mkdirSync(requests);
  for (const [field, { cert }] of Object.entries(authorities)) writeFileSync(join(spec, `../${field}.crt`), cert);
  writeFileSync(spec, bare + settings(''));
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

/** Requests that have no answer yet, without their ending. */
const open = (): string[] =>
  readdirSync(requests, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.csr'))
    .map((path) => path.slice(0, -'.csr'.length))
    .filter((path) => !existsSync(join(requests, `${path}.crt`)))
    .sort();

/** What a person does at each authority: signs every request of its folder as it is. */
function sign(paths: readonly string[]): void {
  for (const path of paths) {
    const [, field = ''] = path.split('/');
    const csr = readFileSync(join(requests, `${path}.csr`), 'utf8');
    writeFileSync(join(requests, `${path}.crt`), signedBy(authorities[field]!, csr));
  }
}

/** Installs until kha waits for what is signed; gives the requests and what kha said. */
async function held(): Promise<{ said: string; asked: string[] }> {
  const { code, stdout, stderr } = await kha('install', spec);
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-1000)}`).toMatch(/^3 /);
  return { said: stdout, asked: open() };
}

async function goesOn(): Promise<string> {
  await done('retry', name);
  return done('watch', name);
}

async function allReady(): Promise<void> {
  const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
  expect(nodes.match(/ Ready /g), nodes).toHaveLength(2);
}

/** Puts in place of a host's certificate one of the same key and names, as the authority would have made it long ago. */
async function age(host: string, certificate: string, field: string, days: number): Promise<void> {
  const path = `/etc/kubernetes/pki/${certificate}`;
  const csr = await on(host, `openssl x509 -x509toreq -copy_extensions copyall -in ${path}.crt -signkey ${path}.key`);
  const old = signedBy(authorities[field]!, csr, { more: ['-days', String(days)] });
  await on(host, `printf %s '${old}' >${path}.crt`);
}

/** The same with what a kubeconfig holds. */
async function ageKubeconfig(host: string, file: string, days: number): Promise<void> {
  const path = `/etc/kubernetes/${file}`;
  const held = (field: string): string => `sed -n 's/^ *client-${field}-data: //p' ${path} | base64 -d`;
  const csr = await on(
    host,
    `${held('key')} >/run/aged.key; ${held('certificate')} | openssl x509 -x509toreq -signkey /run/aged.key; rm /run/aged.key`,
  );
  const old = Buffer.from(signedBy(authorities['ca']!, csr, { more: ['-days', String(days)] })).toString('base64');
  await on(host, `sed -i 's|^\\( *client-certificate-data: \\).*|\\1${old}|' ${path}`);
}

const ofControlPlane = [
  ...['admin.conf', 'apiserver', 'apiserver-kubelet-client', 'controller-manager.conf', 'kubelet.conf'],
  ...['scheduler.conf', 'super-admin.conf'],
].map((one) => `${name}/ca/m1/${one}`);
const ofEtcd = ['apiserver-etcd-client', 'etcd-healthcheck-client', 'etcd-peer', 'etcd-server'].map(
  (one) => `${name}/etcdCA/m1/${one}`,
);

describe('authorities whose keys stay away', () => {
  it('hold the install until all that every host asks for is signed, and say all of it at once', async () => {
    const { said, asked } = await held();
    expect(asked).toEqual([
      ...ofControlPlane,
      `${name}/ca/w1/kubelet.conf`,
      ...ofEtcd,
      `${name}/frontProxyCA/m1/front-proxy-client`,
    ]);
    for (const path of asked) expect(said).toContain(`${path}.crt`);
    for (const host of ['m1', 'w1']) expect(said).toContain(`--step obtainCertificates --host ${host} `);
    sign(asked);
    expect(await goesOn()).toMatch(/Kubernetes v1\.37\.2 stands/);
    await allReady();
  });

  it('never come near a host: it has their certificates, what they signed, and no key of theirs', async () => {
    const keys = await on('m1', 'cd /etc/kubernetes/pki && find . -name "*ca*.key"');
    expect(keys).toBe('');
    expect(await on('m1', 'cat /etc/kubernetes/pki/ca.crt')).toBe(authorities['ca']!.cert);
    expect(await on('w1', 'ls /etc/kubernetes/pki')).toBe('ca.crt\n');
    const checked = await on(
      'm1',
      'cd /etc/kubernetes/pki && openssl verify -CAfile ca.crt apiserver.crt apiserver-kubelet-client.crt && openssl verify -CAfile etcd/ca.crt etcd/*.crt && openssl verify -CAfile front-proxy-ca.crt front-proxy-client.crt',
    );
    expect(checked.match(/: OK$/gm)).toHaveLength(7);
  });

  it('are asked for nothing by a second install', async () => {
    expect(await done('install', spec)).toContain('nothing to do');
    expect(open()).toEqual([]);
  });

  it('are asked for one certificate where the API gets another name, which it then serves', async () => {
    writeFileSync(spec, bare + settings('apiServer: { certSANs: [api.example.org] }\n'));
    const { said, asked } = await held();
    expect(asked).toEqual([`${name}/ca/m1/apiserver`]);
    expect(said).toContain(`${name}/ca/m1/apiserver.crt`);
    expect(existsSync(join(requests, `${asked[0]}.crt.old`))).toBe(true);
    const began = Date.now();
    sign(asked);
    expect(await goesOn()).toMatch(/Kubernetes v1\.37\.2 stands/);
    console.log(`another name took ${Math.round((Date.now() - began) / 1000)} s`);
    const served = await on(
      'm1',
      'openssl s_client -connect 127.0.0.1:6443 </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName',
    );
    expect(served).toContain('DNS:api.example.org');
    await allReady();
  });

  it('are asked anew for a certificate that nears its end, which the plan says, and not before', async () => {
    await age('m1', 'front-proxy-client', 'frontProxyCA', 20);
    expect((await kha('plan', spec, '--exit-code')).code).toBe(0);
    await age('m1', 'front-proxy-client', 'frontProxyCA', 3);
    const plan = await kha('plan', spec, '--exit-code');
    expect(`${plan.code} ${plan.stdout}`).toMatch(/^4 .*front-proxy-client\.crt ends in 2 days; it will be asked for/s);
    expect(open()).toEqual([]);
    const { asked } = await held();
    expect(asked).toEqual([`${name}/frontProxyCA/m1/front-proxy-client`]);
    sign(asked);
    expect(await goesOn()).toMatch(/Kubernetes v1\.37\.2 stands/);
    expect(await done('install', spec)).toContain('nothing to do');
  });

  it('are asked anew for what kubeconfigs hold, and who reads them is started again', async () => {
    const began = (of: string): string => `ps -o lstart= -C ${of}`;
    const controllers = await on('m1', began('kube-controller-manager'));
    const kubelet = await on('w1', began('kubelet'));
    await ageKubeconfig('m1', 'controller-manager.conf', 3);
    await ageKubeconfig('w1', 'kubelet.conf', 3);
    const { asked } = await held();
    expect(asked).toEqual([`${name}/ca/m1/controller-manager.conf`, `${name}/ca/w1/kubelet.conf`]);
    sign(asked);
    expect(await goesOn()).toMatch(/Kubernetes v1\.37\.2 stands/);
    expect(await on('m1', began('kube-controller-manager'))).not.toBe(controllers);
    expect(await on('w1', began('kubelet'))).not.toBe(kubelet);
    await allReady();
    expect(await done('install', spec)).toContain('nothing to do');
  });

  it('are asked anew for the API server’s that has ended, and the cluster comes back', async () => {
    await age('m1', 'apiserver', 'ca', 0);
    expect((await kha('lab', '--name', name, 'kubectl', 'get', 'nodes')).stderr).toMatch(/certificate has expired/);
    const { asked } = await held();
    expect(asked).toEqual([`${name}/ca/m1/apiserver`]);
    sign(asked);
    expect(await goesOn()).toMatch(/Kubernetes v1\.37\.2 stands/);
    await allReady();
  });
});
