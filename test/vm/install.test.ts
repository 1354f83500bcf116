import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ground } from '../lab/ground.js';

/**
 * Hosts with kernels of their own, and what only those have: control groups of version 2, IPVS, swap on zram; with ufw, two
 * networks and two releases of Debian besides.
 */
const name = 'vm';
const { done, kha, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const hosts = ['m1', 'w1'] as const;
const kubectl = (...args: string[]): Promise<string> => lab('kubectl', ...args);

/** An API server that is as slow as here loses the others their lease again and again, with which they end. */
const patient =
  '{ extraArgs: [{ name: leader-elect-lease-duration, value: 120s }, { name: leader-elect-renew-deadline, value: 100s }] }';
const patientElections = `kubeadm: { ClusterConfiguration: { controllerManager: ${patient}, scheduler: ${patient} } }\n`;

beforeAll(async () => {
  const file = join(folder, 'b.tar');
  await done('bundle', 'build', '--kubernetes', 'v1.37.2', '--system', 'debian-13,debian-12', '--output', file);
  const size = ['--control-planes', '1', '--workers', '1', '--source', file, '--worker-system', 'debian-12'];
  await lab('up', '--vm', ...size, '--login-network', '--packages', 'ufw,zram-tools');
  appendFileSync(spec, 'firewall: open\nnetworking: { kubeProxyMode: ipvs }\npatience: 4\n' + patientElections);
  // As their administrators left them, before anybody thought of Kubernetes; the kernel has no other compression.
  const left = 'echo ALGO=lzo >>/etc/default/zramswap && systemctl restart zramswap';
  for (const host of hosts)
    await on(host, `${left} && ufw allow in on eth1 to any port 22 proto tcp && ufw --force enable`);
});

afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('has hosts with control groups of version 2, swap, and a firewall that drops', async () => {
  for (const host of hosts) {
    expect(await on(host, 'stat -fc %T /sys/fs/cgroup; tail -n +2 /proc/swaps; ufw status')).toMatch(
      /^cgroup2fs\n\/dev\/zram0 .*\nStatus: active\n/s,
    );
    // The login's network has the way out; the cluster's has none.
    expect(await on(host, 'ip -4 route show default')).toMatch(/dev eth1/);
  }
});

it('installs them to the end', async () => {
  const { code, stdout, stderr } = await kha('install', spec);
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-3000)}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
  const { items } = JSON.parse(await kubectl('get', 'nodes', '-o', 'json')) as { items: unknown[] };
  const node = (of: string, osImage: RegExp, address: RegExp): object => ({
    metadata: { name: of },
    status: {
      nodeInfo: { osImage: expect.stringMatching(osImage) as string },
      addresses: expect.arrayContaining([
        { type: 'InternalIP', address: expect.stringMatching(address) as string },
      ]) as object,
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as object,
    },
  });
  expect(items).toMatchObject([
    node('m1', /Debian GNU\/Linux 13/, /^10\.200\.\d+\.11$/),
    node('w1', /Debian GNU\/Linux 12/, /^10\.200\.\d+\.21$/),
  ]);
});

it('keeps pods in slices of systemd, and their memory within their limits', async () => {
  expect(await on('m1', 'cat /var/lib/kubelet/config.yaml')).toMatch(/cgroupDriver: systemd/);
  const limit = await on('m1', 'cat /sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/*/memory.max | sort -u');
  // CoreDNS's, as kubeadm has it: 170 Mi.
  expect(limit.split('\n')).toContain(String(170 * 1024 * 1024));
});

it('has services in IPVS, on both hosts', async () => {
  const address = (await kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}')).trim();
  const hex = address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
    .join('');
  for (const host of hosts) {
    expect(await on(host, 'cat /proc/net/ip_vs')).toContain(`TCP  ${hex}:01BB rr`);
    expect(await on(host, `curl -sk https://${address}/version`)).toContain('v1.37.2');
  }
});

it('keeps swap off and the firewall open to the cluster when a host starts again', async () => {
  await lab('kill', 'w1');
  await lab('start', 'w1');
  expect(await on('w1', 'tail -n +2 /proc/swaps; ufw status')).toMatch(/^Status: active\n/);
  const booted = (await on('w1', 'cat /proc/sys/kernel/random/boot_id')).trim();
  const told = '{.status.nodeInfo.bootID} {.status.conditions[?(@.type=="Ready")].status}';
  const state = (): Promise<string> => kubectl('get', 'node', 'w1', '-o', `jsonpath=${told}`);
  await expect.poll(state, { timeout: 300_000, interval: 2000 }).toBe(`${booted} True`);
});

it('finds nothing to do the second time', async () => {
  expect(await done('install', spec)).toContain('nothing to do');
});
