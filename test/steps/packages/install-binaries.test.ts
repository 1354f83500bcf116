import { expect, it } from 'vitest';
import { sha256 } from '../../../src/facts/files.js';
import { bundle } from '../../../src/facts/registry.js';
import { system } from '../../../src/facts/system.js';
import { installBinaries } from '../../../src/steps/packages/install-binaries.js';
import { cluster, registryOf } from '../../clusters.js';
import { describedBundle } from '../../described-bundle.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster();
const everywhere = ['kubelet', 'kubeadm', 'containerd', 'ctr', 'containerd-shim-runc-v2', 'kubectl'];

it.each([
  ['rocky-9, which has it as a package', { os: 'rocky-9', arch: 'amd64' }, everywhere],
  ['rocky-10, which has none any more', { os: 'rocky-10', arch: 'amd64' }, [...everywhere, 'runc']],
  ['another architecture', { os: 'rocky-10', arch: 'arm64' }, everywhere],
])('lays runc as a program only where the bundle has no package of it: %s', async (_, of, names) => {
  const described = describedBundle(
    ...[...everywhere, 'runc'].map((name) => `bin/amd64/${name}`),
    ...everywhere.map((name) => `bin/arm64/${name}`),
    'rpm/rocky-9/runc-1.2-1.el9.x86_64.rpm',
  );
  const host = new FakeHost(wanted, 'w1')
    .tells(bundle(registryOf(wanted), ''), described)
    .tells(system, of)
    // What the host has beside the bundle is no matter.
    .tells(sha256([...everywhere, 'crictl'].map(program)), new Map([[program('crictl'), 'f'.repeat(64)]]));
  if (names.includes('runc')) host.tells(sha256([program('runc')]), new Map());
  expect(await installBinaries.check(contextOf(wanted, host))).toEqual(
    names.map((name) => `${program(name)} is not there`),
  );
});

it('lays the manifests of the bundle on every control plane, before anybody applies them', async () => {
  const of = cluster({ addons: ['limits'] });
  const programs = [...everywhere, 'etcdctl', 'etcdutl', 'crictl'];
  const described = describedBundle(
    ...programs.map((name) => `bin/amd64/${name}`),
    'manifests/calico.yaml',
    'manifests/limits.yaml',
  );
  const manifests = ['/etc/kubernetes/kha/calico/calico.yaml', '/etc/kubernetes/kha/add-ons/limits.yaml'];
  const paths = [...programs.map(program), ...manifests];
  const host = new FakeHost(of, 'm2')
    .tells(bundle(registryOf(of), ''), described)
    .tells(system, { os: 'debian-13', arch: 'amd64' })
    .tells(
      sha256(paths),
      new Map(paths.slice(0, -1).map((path) => [path, described.files[nameOf(path)]!.digest.slice(7)])),
    );
  expect(await installBinaries.check(contextOf(of, host))).toEqual([
    '/etc/kubernetes/kha/add-ons/limits.yaml is not there',
  ]);
});

const program = (name: string): string => `/usr/bin/${name}`;
const nameOf = (path: string): string =>
  `${path.endsWith('.yaml') ? 'manifests' : 'bin/amd64'}/${path.split('/').at(-1)}`;
