import { basename, join } from 'node:path';
import type { Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import type { Source } from '../write-archive.js';
import { baseSystem } from './base-system.js';
import { buildModules, calicoManifest, originOf } from './build-modules.js';
import { debianPackages } from './debian-packages.js';
import { makeImages } from './images.js';
import { source } from './modules.js';
import { system, type Versions } from './versions.js';

const onHosts = ['kubeadm', 'kubelet', 'kubectl', 'etcdctl', 'etcdutl', 'containerd', 'ctr', 'containerd-shim-runc-v2'];

/** The Go that builds them: another one makes other bytes. */
export const toolsOfModules = async (): Promise<string> => (await run('go', ['env', 'GOVERSION'])).trim();

/** Everything out of Go modules, images too; their layers are made in a folder. */
export async function sourceFromModules(versions: Versions, layers: string, report: Report): Promise<Source> {
  const { calico, arch } = versions;
  const binaries = await buildModules(versions, report);
  const packages = await packageFiles(report);
  const images = await makeImages(versions, binaries, layers, report);
  const programs = onHosts.map(async (name) => {
    const origin = await originOf(versions, name);
    const version = origin.slice(origin.lastIndexOf('@') + 1);
    return { name: `bin/${arch}/${name}`, content: { path: binaries.get(name) ?? name }, version, origin, ...apache };
  });
  const manifest = {
    name: 'manifests/calico.yaml',
    content: { path: await calicoManifest() },
    version: calico,
    origin: await originOf(versions, 'calico-node'),
    ...apache,
  };
  return {
    description: describe(versions),
    images,
    files: [...(await Promise.all(programs)), manifest, ...addOns, ...packages],
  };
}

const apache = { licence: 'Apache-2.0' } as const;

export const describe = (versions: Versions): Source['description'] => {
  const { kubernetes, containerd, etcd, coredns, pause, calico, os, arch } = versions;
  return { kubernetes, versions: { containerd, etcd, coredns, pause, calico }, systems: [{ os, arch }] };
};

/** Manifests of kha’s own. */
export const addOns: Source['files'] = [
  {
    name: 'manifests/limits.yaml',
    content: { path: join(source('add-ons'), 'limits.yaml') },
    version: '1',
    origin: 'kubernetes-ha',
    ...apache,
  },
];

/** Packages of the distribution, with the versions that their files’ names have. */
export async function packageFiles(report: Report): Promise<Source['files']> {
  const debs = await debianPackages(await baseSystem(report), report);
  return debs.map((path) => ({
    name: `deb/${system.os}/${basename(path)}`,
    content: { path },
    version: decodeURIComponent(basename(path).split('_')[1] ?? ''),
    origin: `Debian ${system.suite}`,
    licence: 'NOASSERTION',
  }));
}
