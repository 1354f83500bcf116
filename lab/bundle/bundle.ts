import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../src/engine/folders.js';
import { registryAddress, type Lab } from '../lab.js';
import { startRegistry, stopRegistry } from '../registry.js';
import { reported, type Report } from '../../src/engine/report.js';
import { versions } from '../versions.js';
import { pushArtifact } from './artifact.js';
import { debianPackages, packagesDigest } from './debian-packages.js';
import { pushImages } from './images.js';
import { buildModules, calicoManifest, modulesDigest, source } from './modules.js';

/** Everything that shapes the pushed bundle but is no module; count it up when images or artifact are made another way. */
const recipe = 3;
const onHosts = ['kubeadm', 'kubelet', 'kubectl', 'etcdctl', 'etcdutl', 'containerd', 'ctr', 'containerd-shim-runc-v2'];

/** Makes the bundle where it is not there yet, and leaves the lab's registry serving it. */
export async function serveBundle(lab: Lab, rootfs: string, report: Report): Promise<void> {
  const digest = createHash('sha256')
    .update([recipe, JSON.stringify(versions), basename(rootfs), packagesDigest, await modulesDigest()].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const storage = cacheFolder('registry', digest);
  const complete = join(storage, 'complete');
  if (!existsSync(complete)) {
    const binaries = await buildModules(report);
    const debs = await debianPackages(rootfs, report);
    await startRegistry({ ...lab, careful: false }, storage);
    const images = await pushImages(binaries, registryAddress(lab), report);
    const files = new Map([
      ...onHosts.map((name) => [`bin/${name}`, binaries.get(name) ?? name] as const),
      ['manifests/calico.yaml', await calicoManifest()] as const,
      ['manifests/limits.yaml', join(source('add-ons'), 'limits.yaml')] as const,
      ...debs.map((path) => [`deb/${basename(path)}`, path] as const),
    ]);
    await reported(report, `Pushing the bundle of ${files.size} files`, () =>
      pushArtifact(registryAddress(lab), files, images),
    );
    await stopRegistry(lab);
    await writeFile(complete, '');
  }
  await startRegistry(lab, storage);
}

/** The bundle's own kubectl, for this machine. */
export async function kubectlPath(report: Report): Promise<string> {
  return (await buildModules(report)).get('kubectl')!;
}
