import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ground } from '../lab/ground.js';

/** A fleet of two architectures, out of one bundle: an amd64 control plane, and a worker of arm64 that QEMU emulates. */
const name = 'arm64';
const { done, kha, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const file = join(folder, 'b.tar');

beforeAll(async () => {
  const wanted = ['--from', 'modules', '--arch', 'amd64,arm64', '--system', 'debian-13'];
  await done('bundle', 'build', '--kubernetes', 'v1.37.2', ...wanted, '--output', file);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file, '--worker-arch', 'arm64');
  // Other work on the same machine counts too: QEMU computes every instruction.
  appendFileSync(spec, 'patience: 10\n');
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('has a bundle of both, proved', async () => {
  expect(await done('bundle', 'verify', file, '--unsigned')).toContain('all as they should be');
  expect(await done('bundle', 'list', file)).toContain('for debian-13 amd64, debian-13 arm64');
});

it('installs both to Ready, each with the programs of its own architecture', async () => {
  const { code, stdout, stderr } = await kha('install', spec);
  expect(`${code} ${stdout.slice(-3000)} ${stderr.slice(-3000)}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
  const { items } = JSON.parse(await lab('kubectl', 'get', 'nodes', '-o', 'json')) as { items: unknown[] };
  const node = (of: string, architecture: string): object => ({
    metadata: { name: of, labels: { 'kubernetes.io/arch': architecture } },
    status: {
      nodeInfo: { architecture, kubeletVersion: 'v1.37.2' },
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as object,
    },
  });
  expect(items).toMatchObject([node('m1', 'amd64'), node('w1', 'arm64')]);
  expect(await on('w1', "uname -m; dpkg --print-architecture; dpkg-query -Wf '${Architecture}\\n' runc")).toBe(
    'aarch64\narm64\narm64\n',
  );
});

it('runs pods of arm64 on the worker, which the network has proved', async () => {
  const pods = await lab('kubectl', 'get', 'pods', '-A', '--field-selector', 'spec.nodeName=w1', '-o', 'name');
  expect(pods).toMatch(/calico-node-.*kube-proxy-/s);
  // What a pod's programs were compiled for: the machine in an ELF header (elf(5)), 183 for aarch64.
  const header = await on('w1', 'od -An -tu2 -j18 -N2 /proc/$(pgrep -o kube-proxy)/exe');
  expect(header.trim()).toBe('183');
});

it('has nothing to do the second time', async () => {
  expect(await done('install', spec)).toContain('nothing to do');
});
