import { afterEach, expect, it, vi } from 'vitest';
import { packagesOf, statusOf, versionsOf } from '../lab/emulated/dpkg.js';
import { emulation } from '../lab/emulated/machine.js';
import { main } from '../src/client/main.js';
import { hostKeyFile, hostsOf, machineOf, type Lab } from '../lab/lab.js';

const lab: Lab = { name: 'a', index: 3, controlPlanes: 1, workers: 1, etcd: 0, loadBalancers: 0, workerArch: 'arm64' };
const [m1, w1] = hostsOf(lab);

it('emulates only workers, and only those of another architecture', () => {
  expect([m1, w1].map((host) => machineOf(lab, host!))).toEqual(['container', 'emulated']);
  expect([m1, w1].map((host) => machineOf({ ...lab, vm: true }, host!))).toEqual(['program', 'emulated']);
  expect(machineOf({ ...lab, workerArch: 'amd64' }, w1!)).toBe('container');
  // The disk of an emulated machine is not read while it runs.
  expect(hostKeyFile(lab, w1!)).toMatch(/hosts\/w1\/host-key\.pub$/);
  expect(hostKeyFile(lab, m1!)).toMatch(/hosts\/m1\/root\//);
});

it('gives an emulated machine its disk, and a card of its own for each cable', () => {
  const words = emulation({ ...lab, loginNetwork: true }, w1!, '/kernel');
  const after = (option: string): string[] => words.flatMap((word, at) => (word === option ? [words[at + 1]!] : []));
  expect(after('-kernel')).toEqual(['/kernel']);
  expect(after('-drive')[0]).toMatch(/hosts\/w1\/disk\.img,/);
  expect(after('-netdev').map((one) => /ifname=([^,]*)/.exec(one)?.[1])).toEqual(['kha3-w1', 'kha3-w1-l']);
  expect(after('-device').filter((one) => one.startsWith('virtio-net'))).toEqual([
    expect.stringContaining('mac=02:00:0a:c8:03:15'),
    expect.stringContaining('mac=02:00:0a:c9:03:15'),
  ]);
});

const status = `Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.41-12
Description: C library
 for Architecture: amd64

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-4
`;

it('has dpkg know a host’s packages as those of another architecture, in its versions', () => {
  const versions = versionsOf(['/debs/libc6_2%3a2.41-12+b1_arm64.deb', '/debs/tzdata_2025b-4_all.deb']);
  expect(packagesOf(status)).toEqual(['libc6', 'tzdata']);
  expect(statusOf(status, versions, 'arm64')).toBe(
    status
      .replace('Architecture: amd64\nMulti', 'Architecture: arm64\nMulti')
      .replace('Version: 2.41-12', 'Version: 2:2.41-12+b1'),
  );
});

it('names a package that the other architecture does not have', () =>
  expect(() => statusOf(status, versionsOf(['tzdata_2025b-4_all.deb']), 'arm64')).toThrow(
    'libc6 was not fetched for arm64',
  ));

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it.each([
  ['no bundle', [], '--worker-arch takes a bundle that is for it: --source FILE'],
  [
    'another system',
    ['--source', 'b.tar', '--worker-system', 'rocky-9'],
    '--worker-arch makes workers of debian-13, not of rocky-9',
  ],
  [
    'two families',
    ['--source', 'b.tar', '--dual-stack'],
    '--worker-arch takes a lab without --careful and --dual-stack',
  ],
])('makes no workers of another architecture with %s', async (_, options, words) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await main(['node', 'kha', 'lab', '--name', 'never', 'up', '--worker-arch', 'arm64', ...options]);
  expect([process.exitCode, said.mock.calls.flat()]).toEqual([2, [words]]);
});
