import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileOf } from '../../src/cluster/versions.js';
import type { PlanFacts } from '../../src/client/render/plan.js';
import type { EngineStatus } from '../../src/engine/engine.js';
import type { Progress } from '../../src/workflows/messages.js';
import { ground } from './ground.js';

/** One lab for the whole file: each test goes on from where the one before left the cluster. */
const name = 'test';
const { kha, done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const status = async (): Promise<Progress> =>
  JSON.parse(await done('status', name, '--steps', '--output', 'json')) as Progress;
const engine = async (): Promise<EngineStatus> =>
  JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
const registry = (): number =>
  (JSON.parse(readFileSync(join(folder, 'kha/lab', name, 'registry.json'), 'utf8')) as { pid: number }).pid;
const masters = ['m1', 'm2', 'm3'];

/** What of the lab's names this machine still has. */
function remains(): string[] {
  const said = spawnSync('sh', ['-c', 'ip -br link; ip netns list; findmnt -rno TARGET'], { encoding: 'utf8' }).stdout;
  const index = /10\.200\.(\d+)\./.exec(address)?.[1] ?? 'none';
  return said.split('\n').filter((line) => new RegExp(`^kha${index}([-@ ]|$)`).test(line) || line.includes(folder));
}
let address = '';

beforeAll(async () => {
  await lab('up');
  address = (JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string }).virtualAddress;
});

afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  expect(remains()).toEqual([]);
  remove();
});

describe('an install in the lab', () => {
  it('plans without changing anything on any host', async () => {
    const plan = JSON.parse(await done('plan', spec, '--output', 'json')) as {
      changes: { step: string }[];
      problems: unknown[];
    };
    expect(plan.problems).toEqual([]);
    expect(plan.changes.map(({ step }) => step)).toContain('initControlPlane');
    for (const host of [...masters, 'w1'])
      expect(await on(host, 'ls -A /var/lib/kha /etc/kubernetes 2>/dev/null | wc -l')).toBe('0\n');
    expect((await kha('plan', spec, '--exit-code')).code).toBe(4);
  });

  it('goes on by itself when the worker is killed during kubeadm init and the registry is gone, and runs each kubeadm command once', async () => {
    const install = kha('install', spec);
    const kubeadm = async (): Promise<boolean> => {
      const { lines } = await status();
      const pulls = lines.filter(({ step }) => step === 'pullImages');
      return (
        pulls.every(({ state }) => state === 'changed' || state === 'done') &&
        lines.some(({ step, state }) => step === 'initControlPlane' && state === 'running')
      );
    };
    const deadline = Date.now() + 600_000;
    while (!(await kubeadm().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`kubeadm init never began: ${JSON.stringify(await install)}`);
      await sleep(200);
    }
    await sleep(3_000);
    const { processes } = await engine();
    process.kill(processes.worker!, 'SIGKILL');
    process.kill(registry(), 'SIGKILL');
    const { code, stdout, stderr } = await install;
    expect(`${code} ${stdout.slice(-500)} ${stderr}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
    expect((await engine()).processes.worker).not.toBe(processes.worker);
    for (const host of masters) {
      const starts = await on(host, `journalctl -o cat -u 'kha-${name}-initControlPlane-*' | grep -c '^Started '`);
      expect(Number(starts), host).toBe(1);
      expect(await on(host, 'ls -d /var/lib/kha/units/*initControlPlane* | wc -l')).toBe('1\n');
    }
    await lab('up');
  });

  it('makes every node Ready, with etcd on three members and the worker’s kubelet on the virtual address', async () => {
    const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
    expect(
      nodes
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
    ).toEqual(['m1 Ready', 'm2 Ready', 'm3 Ready', 'w1 Ready']);
    expect(await on('w1', 'grep server: /etc/kubernetes/kubelet.conf')).toContain(`https://${address}:8443`);
    const progress = await status();
    expect(progress.phase).toBe('done');
    expect(progress.lines.filter(({ step, state }) => step === 'checkEtcd' && state === 'done')).toHaveLength(6);
  });

  it('is a stacked cluster to kubeadm itself, of its own release’s images', async () => {
    const map = await lab('kubectl', '-n', 'kube-system', 'get', 'configmap', 'kubeadm-config', '-o', 'yaml');
    expect(map).toMatch(/etcd:\n\s+local:/);
    expect(map).not.toMatch(/imageTag|external:/);
    const expiring = await on('m1', 'kubeadm certs check-expiration 2>/dev/null');
    for (const name of ['apiserver-etcd-client', 'etcd-server', 'etcd-peer', 'etcd-healthcheck-client', 'etcd-ca'])
      expect(expiring).toMatch(new RegExp(`^${name}\\s`, 'm'));
    const images = (await on('m1', 'kubeadm config images list --config /etc/kubernetes/kha/kubeadm.yaml')).split('\n');
    const { etcd, coredns, pause } = profileOf({ kubernetesVersion: 'v1.37.2' });
    for (const image of [`etcd:${etcd}`, `coredns:${coredns}`, `pause:${pause}`])
      expect(images.map((one) => one.split('/').at(-1))).toContain(image);
  });

  it('leaves no bootstrap token behind, and its own files to root alone', async () => {
    const tokens = await lab(
      'kubectl',
      '-n',
      'kube-system',
      'get',
      'secrets',
      '--field-selector',
      'type=bootstrap.kubernetes.io/token',
      '-o',
      'name',
    );
    expect(tokens.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(3);
    expect(
      await lab('kubectl', '-n', 'kube-system', 'get', 'secrets', '-o', 'jsonpath={.items[*].data.description}'),
    ).not.toContain(Buffer.from('kha: join').toString('base64').slice(0, 10));
    expect(await on('w1', 'ls /var/lib/kha/join.yaml 2>/dev/null | wc -l')).toBe('0\n');
    const open = readdirSync(join(folder, 'kha/engine')).filter(
      (file) => (statSync(join(folder, 'kha/engine', file)).mode & 0o077) !== 0,
    );
    expect(open).toEqual([]);
  });

  it('finds nothing to do the second time, and changes nothing', async () => {
    const before = await on(
      'm1',
      'cat /etc/kubernetes/kubelet.conf /etc/haproxy/haproxy.cfg | sha256sum; systemctl show -p ActiveEnterTimestamp kubelet haproxy keepalived containerd',
    );
    expect(await done('install', spec)).toContain('nothing to do');
    expect((await status()).lines.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(
      await on(
        'm1',
        'cat /etc/kubernetes/kubelet.conf /etc/haproxy/haproxy.cfg | sha256sum; systemctl show -p ActiveEnterTimestamp kubelet haproxy keepalived containerd',
      ),
    ).toBe(before);
    expect((await kha('plan', spec, '--exit-code')).code).toBe(0);
  });

  it('keeps the API up when the control plane that carries the virtual address dies, and takes it back afterwards', async () => {
    await lab('kubectl', 'get', 'nodes');
    const carrier = (
      await Promise.all(
        masters.map(async (host) => ({ host, has: (await on(host, 'ip -o addr')).includes(`${address}/32`) })),
      )
    ).find(({ has }) => has)!.host;
    await lab('kill', carrier);
    const died = Date.now();
    while (
      (await kha('lab', '--name', name, 'kubectl', '--request-timeout', '2s', 'get', '--raw', '/readyz')).code !== 0
    ) {
      if (Date.now() - died > 60_000) throw new Error('the API did not answer again within 60 s');
    }
    console.log(
      `${carrier} was killed; the API answered through ${address} after ${((Date.now() - died) / 1000).toFixed(1)} s`,
    );
    expect(await lab('kubectl', 'get', 'nodes', '--no-headers')).toContain(carrier);
    const asked = Date.now();
    const { problems } = JSON.parse((await kha('plan', spec, '--output', 'json')).stdout) as PlanFacts;
    console.log(`a plan without ${carrier} took ${((Date.now() - asked) / 1000).toFixed(1)} s`);
    expect(problems.filter(({ host }) => host === carrier).map(({ step }) => step)).toEqual(['checkHost']);
    await lab('start', carrier);
    const ready = async (): Promise<boolean> =>
      new RegExp(`^${carrier}\\s+Ready`, 'm').test(
        (await kha('lab', '--name', name, 'kubectl', 'get', 'nodes', '--no-headers')).stdout,
      );
    await expect.poll(ready, { timeout: 180_000, interval: 1_000 }).toBe(true);
    // A real machine has no control groups of containers that died with it; looking for them made etcd wait for a minute.
    // grep exits 1 where it counts none.
    expect(
      await on(carrier, "journalctl -b -u kubelet | grep -c 'Failed to create existing container' || test $? -eq 1"),
    ).toBe('0\n');
    expect(await done('install', spec)).toMatch(/nothing to do|stands/);
  });

  it('writes a kubeconfig that only its owner may read', async () => {
    const file = join(folder, 'admin.kubeconfig');
    await done('kubeconfig', spec, '--output-file', file);
    // Again by name, into what stands there: the same.
    const first = readFileSync(file, 'utf8');
    await done('kubeconfig', name, '--output-file', file);
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(existsSync(file) && (statSync(file).mode & 0o777).toString(8)).toBe('600');
  });
});
