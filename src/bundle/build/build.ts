import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { writeArchive, type Source } from '../write-archive.js';
import { packagesDigest } from './debian-packages.js';
import { makeImages } from './images.js';
import { buildModules, calicoManifest, modulesDigest, originOf } from './build-modules.js';
import { source } from './modules.js';
import { packageFiles, type PackageSources } from './package-files.js';
import { system, versions, versionsOf, type Versions } from './versions.js';

/** Everything that shapes a bundle but is no module; count it up when images or files are made another way. */
const recipe = 4;
const onHosts = ['kubeadm', 'kubelet', 'kubectl', 'etcdctl', 'etcdutl', 'containerd', 'ctr', 'containerd-shim-runc-v2'];

/** The bundle for this version of kha, made where it is not there yet: its path in the cache, where it stays. */
export async function cachedBundle(report: Report): Promise<string> {
  const name = createHash('sha256')
    .update([recipe, JSON.stringify(versions), packagesDigest, await modulesDigest(versions)].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const path = cacheFolder('bundles', `${name}.tar`);
  if (!existsSync(path))
    await buildBundle(versions.kubernetes, path, undefined, new Map([[system.os, undefined]]), report);
  return path;
}

/** Makes a bundle from Go modules and Debian’s packages. `key`: PEM file of the private key that signs it. */
export async function buildBundle(
  kubernetes: string,
  path: string,
  key: string | undefined,
  packages: PackageSources,
  report: Report,
): Promise<void> {
  const versions = versionsOf(kubernetes);
  await mkdir(cacheFolder('bundles'), { recursive: true });
  const layers = cacheFolder('bundles', `${process.pid}.layers`);
  try {
    const contents = await sourceOf(versions, packages, layers, report);
    const what = `Writing the bundle of ${contents.images.length} images and ${contents.files.length} files`;
    await reported(report, what, () => writeArchive(path, contents, key));
  } finally {
    await rm(layers, { recursive: true, force: true });
  }
}

async function sourceOf(versions: Versions, packages: PackageSources, layers: string, report: Report): Promise<Source> {
  const { kubernetes, containerd, etcd, coredns, pause, calico, arch } = versions;
  const binaries = await buildModules(versions, report);
  const images = await makeImages(versions, binaries, layers, report);
  return {
    description: {
      kubernetes,
      versions: { containerd, etcd, coredns, pause, calico },
      systems: [...packages.keys()].map((os) => ({ os, arch })),
    },
    images,
    files: [
      ...(await Promise.all(
        onHosts.map(async (name) => ({
          name: `bin/${arch}/${name}`,
          content: { path: binaries.get(name) ?? name },
          origin: await originOf(versions, name),
          licence: 'Apache-2.0',
        })),
      )),
      {
        name: 'manifests/calico.yaml',
        content: { path: await calicoManifest() },
        origin: `github.com/projectcalico/calico ${calico}`,
        licence: 'Apache-2.0',
      },
      {
        name: 'manifests/limits.yaml',
        content: { path: join(source('add-ons'), 'limits.yaml') },
        origin: 'kubernetes-ha',
        licence: 'Apache-2.0',
      },
      ...(await packageFiles(packages, report)),
    ],
  };
}
