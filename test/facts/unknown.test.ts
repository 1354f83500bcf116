import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificates } from '../../src/facts/certificate.js';
import { etcdMembers, etcdStatus } from '../../src/facts/etcd.js';
import { disks, syncedWrites } from '../../src/facts/disks.js';
import { debOrders, installedDebs } from '../../src/facts/dpkg.js';
import { answer, FactUnknown, type Fact } from '../../src/facts/fact.js';
import { existing, file, sha256 } from '../../src/facts/files.js';
import { firewalls } from '../../src/facts/firewalls.js';
import { installedPackages } from '../../src/facts/installed-packages.js';
import { localImages } from '../../src/facts/images.js';
import { absentModules, cgroupVersion, kernelParameters, limits } from '../../src/facts/kernel.js';
import { kubectlDiff } from '../../src/facts/kubectl-diff.js';
import { apiObject } from '../../src/facts/kubectl.js';
import { machineIds } from '../../src/facts/machine-ids.js';
import {
  addresses,
  answersFor,
  linkLocalAddresses,
  httpsStatus,
  lookUp,
  vrrpAdverts,
} from '../../src/facts/network.js';
import { nodeList, nodeMetadata } from '../../src/facts/nodes.js';
import { placedPods, waitingPods } from '../../src/facts/pods.js';
import { bundle, lackingImages, registryStatus, stock } from '../../src/facts/registry.js';
import { rolledOut } from '../../src/facts/rollout.js';
import { installedRpms, rpmOrders } from '../../src/facts/rpm.js';
import { service } from '../../src/facts/service.js';
import { identity } from '../../src/facts/identity.js';
import { survey } from '../../src/facts/survey.js';
import { swaps, swapUnits } from '../../src/facts/swap.js';
import { timeService } from '../../src/facts/time.js';
import { cluster, registryOf } from '../clusters.js';

const place = registryOf(cluster());
const pause = { repository: 'pause', digest: `sha256:${'a'.repeat(64)}` };
const nowhere = '/nowhere/at-all';

/** Every fact, with what could be asked of any machine. */
const facts: Readonly<Record<string, Fact<unknown>>> = {
  certificates: certificates([nowhere]),
  etcdStatus: etcdStatus(['https://10.0.0.11:2379']),
  etcdMembers: etcdMembers('https://10.0.0.11:2379'),
  file: file(nowhere),
  existing: existing([nowhere]),
  sha256: sha256([nowhere]),
  firewalls,
  localImages,
  absentModules: absentModules(['overlay']),
  kernelParameters: kernelParameters(['net.ipv4.ip_forward']),
  swaps,
  swapUnits,
  cgroupVersion,
  limits,
  kubectlDiff: kubectlDiff('-f', nowhere),
  apiObject: apiObject(['nodes']),
  nodeList: nodeList(),
  machineIds,
  nodeMetadata: nodeMetadata(['disk']),
  placedPods: placedPods('kha-proof', 'app=probe'),
  waitingPods: waitingPods(['kube-dns']),
  addresses: addresses(4),
  linkLocalAddresses,
  answersFor: answersFor('10.0.0.9'),
  vrrpAdverts: vrrpAdverts('eth0', 4),
  lookUp: lookUp(['m1'], 4),
  httpsStatus: httpsStatus('https://10.0.0.9'),
  installedPackages,
  installedDebs,
  debOrders: debOrders([['1', '2']]),
  installedRpms,
  rpmOrders: rpmOrders([['1', '2']]),
  registryStatus: registryStatus(place, ''),
  bundle: bundle(place, ''),
  stock: stock(place, [], ''),
  lackingImages: lackingImages(place, [pause], ''),
  rolledOut: rolledOut('kube-system', 'daemonset/x'),
  service: service('kubelet.service'),
  survey,
  identity,
  disks: disks([nowhere]),
  syncedWrites: syncedWrites(nowhere),
  timeService,
};

describe.each(Object.entries(facts))('%s', (_name, fact) => {
  it.each([
    [2, 'sh: 0: Cannot fork'],
    [74, "stat: cannot statx '/x': Input/output error"],
    [126, 'sh: 1: permission denied'],
    [127, 'sh: 1: not found'],
    [137, 'Killed'],
    [141, ''],
  ])('is unknown where its command ends with %i', (code, stderr) => {
    expect(() => answer(fact, { code, stdout: '', stderr })).toThrow(FactUnknown);
  });
});

it('a secret enters no reason, not even by the parser that stumbles over it', () => {
  const secret = file('/x', { secret: true });
  expect(() => answer(secret, { code: 0, stdout: 'hunter2\n', stderr: '' })).toThrow(/^its answer cannot be read$/);
});

describe('on a real shell', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kha-facts-'));
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling'));
    writeFileSync(join(folder, 'file'), 'content');
    writeFileSync(join(folder, 'sub'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Asks this machine; `programs` stand before its own, each by what it prints and its exit code. */
  function ask<T>(fact: Fact<T>, programs: Readonly<Record<string, readonly [stderr: string, code: number]>> = {}): T {
    for (const [name, [stderr, code]] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\necho '${stderr}' >&2\nexit ${code}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    const env = { PATH: `${folder}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' };
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', fact.command], {
      env,
      input: fact.stdin ?? '',
      encoding: 'utf8',
    });
    for (const name of Object.keys(programs)) rmSync(join(folder, name));
    return answer(fact, { code: status ?? 137, stdout, stderr });
  }

  it('what is not there is absent, in words', () => {
    for (const path of ['nothing', 'dangling', 'file/below']) {
      expect(ask(file(join(folder, path)))).toBeUndefined();
      expect(ask(existing([join(folder, path)]))).toEqual([]);
      expect(ask(sha256([join(folder, path)])).size).toBe(0);
      expect(ask(certificates([join(folder, path)])).size).toBe(0);
    }
  });

  it('what is there is told, and is no certificate unless it is one', () => {
    const path = join(folder, 'file');
    expect(ask(file(path))?.content).toBe('content');
    expect(ask(existing([join(folder, 'nothing'), path]))).toEqual([path]);
    expect([...ask(sha256([join(folder, 'nothing'), path])).keys()]).toEqual([path]);
    expect(ask(certificates([path])).size).toBe(0);
  });

  // ELOOP stands for every error of stat(2) that is not ENOENT: EIO of a disk, ESTALE of a network file system.
  it.each([
    ['file', file],
    ['existing', (path: string) => existing([path])],
    ['sha256', (path: string) => sha256([path])],
    ['certificates', (path: string) => certificates([path])],
    ['service', (path: string) => service('ssh.service', [path])],
  ] as [string, (path: string) => Fact<unknown>][])('a path that cannot be looked at makes %s unknown', (_name, of) => {
    const systemctl = { systemctl: ['', 0] as const };
    expect(() => ask(of(join(folder, 'loop')), systemctl)).toThrow(/Too many levels of symbolic links/);
  });

  const bus = ['Failed to connect to bus: Connection refused', 1] as const;
  it.each<[string, Fact<unknown>, Record<string, readonly [string, number]>]>([
    ['a file that cannot be read', file('/etc/hostname'), { cat: ['cat: /etc/hostname: Input/output error', 1] }],
    [
      'a file whose mode cannot be read',
      file('/etc/hostname'),
      { stat: ['stat: cannot statx: Input/output error', 1] },
    ],
    ['a folder in place of a file', file('/etc'), {}],
    ['a digest that cannot be made', sha256(['/etc/hostname']), { sha256sum: ['sha256sum: Input/output error', 1] }],
    ['a host without openssl', certificates(['/etc/hostname']), { openssl: ['sh: openssl: not found', 127] }],
    ['a systemd that does not answer', service('ssh.service'), { systemctl: bus }],
    ['a systemd that says nothing', service('ssh.service'), { systemctl: ['', 0] }],
    ['a clock’s systemd that does not answer', timeService, { systemctl: bus }],
    ['a firewall’s systemd that does not answer', firewalls, { systemctl: bus }],
    [
      'a dpkg that cannot read its database',
      installedDebs,
      { 'dpkg-query': ['dpkg-query: error: Input/output error', 2] },
    ],
    [
      'a dpkg that takes a version for none',
      debOrders([['1', '2']]),
      { dpkg: ['dpkg: error: version has bad syntax', 2] },
    ],
    ['an rpm that is not there', installedRpms, { rpm: ['sh: rpm: not found', 127] }],
    ['an rpm that says nothing', installedRpms, { rpm: ['', 0] }],
    ['an rpm that does not say which is newer', rpmOrders([['1', '2']]), { rpm: ['', 0] }],
    ['a resolver that is not there', lookUp(['m1'], 4), { getent: ['getent: Killed', 137] }],
    ['a ping that cannot be run', answersFor('10.0.0.9'), { ping: ['ping: not found', 127] }],
    ['a tcpdump that may not listen', vrrpAdverts('lo', 6), { tcpdump: ['tcpdump: You do not have permission', 1] }],
    ['a sysctl that fails', kernelParameters(['kernel.ostype']), { sysctl: ['sysctl: permission denied', 1] }],
    ['an ip that fails', addresses(4), { ip: ['Cannot open netlink socket', 1] }],
    ['a cgroup that cannot be told', cgroupVersion, { stat: ['', 0] }],
    ['a virtualisation that cannot be told', limits, { 'systemd-detect-virt': ['sh: not found', 127] }],
    ['a curl that is not there', httpsStatus('https://127.0.0.1:1'), { curl: ['sh: curl: not found', 127] }],
    ['a registry that is overworked', lackingImages(place, [pause], ''), { curl: ['curl: (56) reset', 56] }],
    [
      'a bundle behind credentials',
      bundle(place, ''),
      { curl: ['curl: (22) The requested URL returned error: 401', 22] },
    ],
    ['a bundle of a registry that times out', bundle(place, ''), { curl: ['curl: (28) timed out', 28] }],
  ])('%s is unknown', (_what, fact, programs) => expect(() => ask(fact, programs)).toThrow(FactUnknown));

  it('nobody behind a URL is an answer', () => expect(ask(httpsStatus('https://127.0.0.1:1'))).toBe(0));
});

describe('a cluster that does not answer', () => {
  const refused = 'The connection to the server 10.0.0.11:6443 was refused - did you specify the right host or port?\n';
  it.each([
    ['apiObject', apiObject(['configmap', 'x']), 1, refused],
    [
      'apiObject, late',
      apiObject(['configmap', 'x']),
      1,
      'Error from server (Timeout): the server was unable to return a response\n',
    ],
    ['nodeList', nodeList(), 1, refused],
    ['nodeMetadata', nodeMetadata(['disk']), 1, refused],
    ['placedPods', placedPods('kha-proof', 'app=probe'), 1, refused],
    ['rolledOut', rolledOut('kube-system', 'daemonset/kube-proxy'), 1, refused],
    ['kubectlDiff', kubectlDiff('-k', '/x'), 2, refused],
    ['kubectlDiff, without a word', kubectlDiff('-k', '/x'), 1, ''],
    ['etcdStatus', etcdStatus(['x']), 1, 'Error: open /etc/kubernetes/pki/etcd/ca.crt: input/output error\n'],
    ['etcdMembers', etcdMembers('x'), 1, 'Error: tls: failed to find any PEM data\n'],
  ] as [string, Fact<unknown>, number, string][])('is unknown to %s', (_name, fact, code, stderr) => {
    expect(() => answer(fact, { code, stdout: '', stderr })).toThrow(FactUnknown);
  });
});
