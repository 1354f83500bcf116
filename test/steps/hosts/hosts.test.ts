import { describe, expect, it } from 'vitest';
import { existing, file } from '../../../src/facts/files.js';
import { absentModules, kernelParameters, modulesFor } from '../../../src/facts/kernel.js';
import { lookUp } from '../../../src/facts/network.js';
import { swaps, swapUnits } from '../../../src/facts/swap.js';
import { disableSwap } from '../../../src/steps/hosts/disable-swap.js';
import { loadKernelModules } from '../../../src/steps/hosts/load-kernel-modules.js';
import { setKernelParameters } from '../../../src/steps/hosts/set-kernel-parameters.js';
import { withNames, writeHostNames } from '../../../src/steps/hosts/write-host-names.js';
import type { Machine } from '../../../src/cluster/cluster.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster();

describe('disableSwap', () => {
  const root = 'UUID=1 / ext4 defaults 0 1\n';
  const off = (line: string): string => `# ${line} # kha: kubelet wants no swap\n`;
  const host = (fstab: string | undefined, on: string[] = [], units: string[] = []) =>
    new FakeHost(wanted, 'm1')
      .tells(swaps, on)
      .tells(swapUnits, units)
      .tells(file('/etc/fstab'), fstab === undefined ? undefined : { mode: '644', content: fstab })
      .obeys(/^swapoff -a$/)
      .obeys(/^systemctl (daemon-reload|mask -q --now|disable -q --now)( |$)/);

  it.each<[what: string, before: string, after: string | undefined]>([
    ['no swap', root, undefined],
    ['a partition', `${root}UUID=2 none swap sw 0 0\n`, root + off('UUID=2 none swap sw 0 0')],
    ['tabs, and no line end', '/dev/sda2\tnone\tswap\tsw\t0\t0', off('/dev/sda2\tnone\tswap\tsw\t0\t0').trimEnd()],
    ['a file among others', `/swap.img none swap sw 0 0\n${root}`, off('/swap.img none swap sw 0 0') + root],
    [
      'two',
      'a none swap sw 0 0\nb swap swap defaults 0 0\n',
      off('a none swap sw 0 0') + off('b swap swap defaults 0 0'),
    ],
    ['a comment about it', '#/swap.img none swap sw 0 0\n', undefined],
    ['a mount point named so', '/dev/sdb1 /swap ext4 defaults 0 2\n', undefined],
  ])('takes %s out of /etc/fstab', async (_, before, after) => {
    const context = contextOf(wanted, host(before));
    const missing = await disableSwap.check(context);
    expect(missing).toEqual(after === undefined ? [] : ['/etc/fstab switches swap on at the next start']);
    const changed = host(before);
    await disableSwap.apply!(contextOf(wanted, changed));
    expect(changed.written.get('/etc/fstab')?.content).toBe(after);
    if (after === undefined) return;
    expect(await disableSwap.check(contextOf(wanted, host(after)))).toEqual([]);
    expect(changed.written.get('/etc/fstab')?.mode).toBe('0644');
  });

  it('names what swap goes to, also without an fstab', async () =>
    expect(await disableSwap.check(contextOf(wanted, host(undefined, ['/dev/zram0'])))).toEqual([
      'swap is on (/dev/zram0)',
    ]));

  it('keeps away what would be switched on at the next start by others than /etc/fstab', async () => {
    const found = host(root, [], ['dev-zram0.swap', 'zramswap.service']);
    expect(await disableSwap.check(contextOf(wanted, found))).toEqual([
      'dev-zram0.swap switches swap on at the next start',
      'zramswap.service switches swap on at the next start',
    ]);
    await disableSwap.apply!(contextOf(wanted, found));
    expect(found.done).toEqual([
      'swapoff -a',
      'systemctl mask -q --now dev-zram0.swap',
      'systemctl disable -q --now zramswap.service',
    ]);
  });

  it.each<[what: string, name: string, settings: object, asked: boolean]>([
    ['all nodes', 'm1', { kubelet: { failSwapOn: false } }, false],
    ['a worker alone', 'w1', { pools: { swapping: { kubelet: { failSwapOn: false } } } }, false],
    [
      'a node alone, whose etcd would not start',
      'm1',
      { pools: { swapping: { kubelet: { failSwapOn: false } } } },
      true,
    ],
  ])('leaves swap alone where the spec says so for %s', async (_, name, settings, asked) => {
    const hosts = wanted.hosts.map((host) => ('pools' in settings ? { ...host, pool: 'swapping' } : host));
    const spec = cluster({ ...settings, hosts });
    const found = new FakeHost(spec, name)
      .tells(swaps, ['/dev/sda2'])
      .tells(swapUnits, [])
      .tells(file('/etc/fstab'), undefined);
    expect(await disableSwap.check(contextOf(spec, found))).toEqual(asked ? ['swap is on (/dev/sda2)'] : []);
  });
});

describe('loadKernelModules', () => {
  it('loads those of IPVS too where kube-proxy uses it, and loads none itself', async () => {
    const balanced = cluster({ networking: { kubeProxyMode: 'ipvs' } });
    const host = new FakeHost(balanced, 'w1')
      .tells(absentModules(modulesFor(balanced)), ['ip_vs_rr'])
      .obeys(/^modprobe /);
    await loadKernelModules.apply!(contextOf(balanced, host));
    expect(host.written.get('/etc/modules-load.d/kubernetes.conf')?.content).toBe(
      'overlay\nbr_netfilter\nip_vs\nip_vs_rr\nip_vs_wrr\nip_vs_sh\n',
    );
    expect(host.done).toContain('modprobe -a ip_vs_rr');
  });
});

describe('writeHostNames', () => {
  const [master, , , worker] = wanted.hosts as [Machine, Machine, Machine, Machine];
  const block = withNames('', wanted, worker);
  const others = '127.0.0.1 localhost\n10.9.9.9 printer\n';

  it.each<[what: string, before: string, after: string]>([
    ['an empty file', '', block],
    ['a file without a line end', '127.0.0.1 localhost', `127.0.0.1 localhost\n${block}`],
    ['a file with other names', others, others + block],
    ['its own block', others + block, others + block],
    [
      'a block of an older cluster, in the middle',
      `${others}${withNames('', cluster({ name: 'old', hosts: wanted.hosts.slice(0, 1) }), master)}::1 ip6\n`,
      `${others}${block}::1 ip6\n`,
    ],
    [
      'a block that was cut off',
      `${others}# kha: names of this cluster\n`,
      `${others}# kha: names of this cluster\n${block}`,
    ],
  ])('leaves what it finds in %s', (_, before, after) => expect(withNames(before, wanted, worker)).toBe(after));

  it('holds one name a line, between marks', () =>
    expect(block.split('\n')).toEqual([
      '# kha: names of this cluster',
      '10.0.0.11 m1',
      '10.0.0.12 m2',
      '10.0.0.13 m3',
      '10.0.0.21 w1',
      '# kha: end',
      '',
    ]));

  it('does not hold a worker’s on other hosts', () => expect(withNames('', wanted, master)).not.toContain('w1'));

  it('holds the name of the virtual address, and short names where only one host has them', () => {
    const named = ['m1.a.example', 'm2.a.example', 'm2.b.example', 'w1'].map((name, index) => ({
      ...wanted.hosts[index]!,
      name,
    }));
    const endpoint = { type: 'vip', vip: '10.0.0.100', host: 'api.example.org' };
    const [, , , last] = named;
    expect(withNames('', cluster({ hosts: named, controlPlaneEndpoint: endpoint }), last!).split('\n')).toEqual([
      '# kha: names of this cluster',
      '10.0.0.11 m1.a.example m1',
      '10.0.0.12 m2.a.example',
      '10.0.0.13 m2.b.example',
      '10.0.0.21 w1',
      '10.0.0.100 api.example.org',
      '# kha: end',
      '',
    ]);
  });

  it('asks for what does not resolve to the address of the spec', async () => {
    const names = wanted.hosts.map(({ name }) => name);
    const found = new Map([
      ['m1', ['127.0.1.1', '10.0.0.11']],
      ['m2', ['10.9.9.9']],
      ['m3', ['10.0.0.13']],
    ]);
    const host = new FakeHost(wanted, 'w1').tells(lookUp(names, 4), found);
    expect(await writeHostNames.check(contextOf(wanted, host))).toEqual([
      'm2 does not resolve to 10.0.0.12',
      'w1 does not resolve to 10.0.0.21',
    ]);
  });
});

describe('setKernelParameters', () => {
  const path = '/etc/sysctl.d/90-kubernetes.conf';
  const manager = '/usr/sbin/NetworkManager';
  const parameters = {
    'net.ipv4.ip_forward': '1',
    'net.bridge.bridge-nf-call-iptables': '1',
    'net.bridge.bridge-nf-call-ip6tables': '1',
    'fs.inotify.max_user_instances': '8192',
  };
  const content = Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
  const host = (more: Record<string, string> = {}, without: string[] = []) =>
    new FakeHost(wanted, 'm1')
      .tells(file(path), { mode: '644', content })
      .tells(
        kernelParameters(Object.keys(parameters)),
        new Map(Object.entries({ ...parameters, ...more }).filter(([name]) => !without.includes(name))),
      )
      .tells(existing([manager]), [])
      .obeys(/^sysctl -q -p /);

  it.each<[what: string, on: FakeHost, missing: string[]]>([
    ['all as wanted', host(), []],
    ['a parameter of another value', host({ 'net.ipv4.ip_forward': '0' }), ['net.ipv4.ip_forward is 0, not 1']],
    [
      'a kernel without the parameter',
      host({}, ['net.bridge.bridge-nf-call-iptables']),
      ['net.bridge.bridge-nf-call-iptables is not there, not 1'],
    ],
    ['another file', host().tells(file(path), { mode: '644', content: '' }), [`${path} differs`]],
  ])('%s', async (_, on, missing) => expect(await setKernelParameters.check(contextOf(wanted, on))).toEqual(missing));

  it('writes them down and sets them from there', async () => {
    const bare = host();
    await setKernelParameters.apply!(contextOf(wanted, bare));
    expect(bare.written.get(path)?.content).toBe(content);
    expect(bare.done).toEqual([`write ${path}`, `sysctl -q -p ${path}`]);
  });

  it('tells NetworkManager, where it is there, to leave Calico’s interfaces alone', async () => {
    const settings = '/etc/NetworkManager/conf.d/calico.conf';
    const managed = (there?: string) =>
      host()
        .tells(existing([manager]), [manager])
        .tells(file(settings), there === undefined ? undefined : { mode: '644', content: there })
        .obeys(/^mv -fT \S+\.kha \/etc\/NetworkManager\/conf\.d\/calico\.conf && systemctl try-reload-or-restart /);
    const bare = managed();
    expect(await setKernelParameters.check(contextOf(wanted, bare))).toEqual([`${settings} is not there`]);
    await setKernelParameters.apply!(contextOf(wanted, bare));
    const { content } = bare.written.get(`${settings}.kha`)!;
    expect(content).toMatch(/^\[keyfile\]\nunmanaged-devices=interface-name:cali\*;.*interface-name:vxlan\.calico/);
    // Told once, it is not told again, as it would be read again under pods that run.
    const told = managed(content);
    expect(await setKernelParameters.check(contextOf(wanted, told))).toEqual([]);
    await setKernelParameters.apply!(contextOf(wanted, told));
    expect(told.done).toEqual([`write ${path}`, `sysctl -q -p ${path}`]);
  });
});
