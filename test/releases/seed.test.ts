import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import type { Progress } from '../../src/workflows/messages.js';
import { ground } from '../lab/ground.js';

/** The seed's own cluster, for real: three masters and a worker of Kubernetes 1.9.0 on docker. */
const name = 'seed';
const { done, kha, spec, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const masters = ['m1', 'm2', 'm3'];
const status = async (): Promise<Progress> =>
  JSON.parse(await done('status', name, '--steps', '--output', 'json')) as Progress;
let address = '';

beforeAll(async () => {
  await lab('up', '--profile', 'v1.9.0');
  address = (JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string }).virtualAddress;
  appendFileSync(spec, 'addons: [dashboard]\n');
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('is planned with a word of what is unsafe about it, and changes no host', async () => {
  const { code, stdout, stderr } = await kha('plan', spec);
  expect(`${code} ${stderr}`).toMatch(
    /^0 .*no security fixes since 2018.*etcd speaks plain HTTP.*registry is insecure/s,
  );
  expect(stdout).toMatch(/initMaster/);
  for (const host of masters)
    expect(await on(host, 'ls -A /var/lib/kha /etc/kubernetes 2>/dev/null | wc -l')).toBe('0\n');
});

it('is installed though the worker is killed while kubeadm initialises the masters, each of them once', async () => {
  const install = kha('install', spec);
  const begun = async (): Promise<boolean> =>
    (await status()).lines.some(({ step, state }) => step === 'initMaster' && state === 'running');
  const deadline = Date.now() + 900_000;
  while (!(await begun().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`kubeadm init never began: ${JSON.stringify(await install)}`);
    await sleep(200);
  }
  await sleep(3_000);
  const { processes } = JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
  process.kill(processes.worker!, 'SIGKILL');
  const { code, stdout, stderr } = await install;
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-3000)}`).toMatch(/^0 .*Kubernetes v1\.9\.0 stands/s);
  for (const host of masters)
    expect(await on(host, `journalctl -o cat -u 'kha-${name}-initMaster-*' | grep -c '^Started '`)).toBe('1\n');
});

it('has every node Ready on docker, and kubelets and kube-proxy on the virtual address', async () => {
  const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
  const short = nodes
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split(/\s+/)
        .filter((_, index) => index !== 3)
        .join(' '),
    );
  expect(short).toEqual([...masters.map((one) => `${one} Ready master v1.9.0`), 'w1 Ready <none> v1.9.0']);
  for (const host of [...masters, 'w1'])
    expect(await on(host, 'grep server: /etc/kubernetes/kubelet.conf')).toContain(`https://${address}:8443`);
  const proxy = await lab('kubectl', '-n', 'kube-system', 'get', 'configmap', 'kube-proxy', '-o', 'yaml');
  expect(proxy).toContain(`server: https://${address}:8443`);
});

it('keeps all of it in an etcd that asks nobody who he is, as the plan said', async () => {
  const found = await on('w1', `curl -s http://$(getent hosts m1 | cut -d' ' -f1):2379/health`);
  expect(JSON.parse(found)).toEqual({ health: 'true' });
});

it('answers to names, and shows the dashboard’s page', async () => {
  const ip = async (service: string): Promise<string> =>
    lab('kubectl', '-n', 'kube-system', 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}');
  const place = `https://${await ip('kubernetes-dashboard')}`;
  expect(await on('w1', `curl -sk ${place}/`)).toContain('ng-app="kubernetesDashboard"');
  expect(Number(await on('w1', `curl -sk ${place}/static/app.js | wc -c`))).toBeGreaterThan(100_000);
  // Pods of every node asked a service by its name.
  expect((await status()).lines).toContainEqual(expect.objectContaining({ step: 'proveNetwork', state: 'changed' }));
});

it('has nothing to do the second time', async () => {
  expect(await done('install', spec)).toContain('nothing to do');
});

it('answers through the virtual address after the power of a master is cut', async () => {
  await lab('kill', 'm1');
  const deadline = Date.now() + 120_000;
  // That curl fails is what is waited over.
  const answers = async (): Promise<string> =>
    on('w1', `curl -sk --max-time 3 https://${address}:8443/healthz || true`);
  while ((await answers()) !== 'ok') {
    if (Date.now() > deadline) throw new Error(`${address} does not answer`);
    await sleep(500);
  }
  // Two of three members still agree: what is written is kept.
  const kubeconfig = 'kubectl --kubeconfig /etc/kubernetes/admin.conf';
  await on('m2', `${kubeconfig} create configmap after-the-cut && ${kubeconfig} get configmap after-the-cut`);
});
