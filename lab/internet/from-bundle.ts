import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { blobName, type Archive } from '../../src/bundle/archive.js';
import { buildAgnhost } from '../../src/bundle/build/build-modules.js';
import { published } from '../../src/bundle/build/official/downloads.js';
import { publishedImages } from '../../src/bundle/build/official/images.js';
import { labArchitecture, versions } from '../../src/bundle/build/versions.js';
import { manifest } from '../../src/bundle/oci.js';
import { upstreamOf } from '../../src/cluster/image-names.js';
import { agnhost } from '../../src/cluster/versions.js';
import { run } from '../../src/engine/run-program.js';
import type { Report } from '../../src/engine/report.js';
import { debianRepository } from './debian.js';
import { officialSites } from './official.js';
import { programImage } from './program-image.js';
import { bytes, fileContent, type Content, type SiteImage, type Sites } from './site.js';

/**
 * The official sites of the release that the lab installs, filled from a bundle that stays open: programs, images and
 * manifests under their official names, Debian’s packages as a repository, and agnhost, which is in no bundle. `debs`: the
 * bundle’s packages, as files; `withRunc`: those whose runc is published. The official one runs on every system, Debian’s
 * on no older one than its own.
 */
export async function sitesOfBundle(
  archive: Archive,
  debs: readonly string[],
  folder: string,
  report: Report,
  withRunc = debs,
): Promise<Sites> {
  await mkdir(folder, { recursive: true });
  const blob = (digest: string): Content => {
    const name = blobName(digest);
    return { size: archive.places.get(name)?.size ?? 0, stream: (from) => archive.stream(name, from) };
  };
  const file = (name: string): Content => blob(archive.description.files[name]!.digest);
  const runc = await runcOf(withRunc, folder);
  const others: Readonly<Record<string, Content>> = {
    runc: await fileContent(runc),
    crictl: bytes('#!/bin/sh\necho this lab has no crictl\n'),
  };
  const images = Object.entries(publishedImages(versions)).map(
    async ([name, from]) => [from, await imageOf(archive, name, blob)] as const,
  );
  const releases = published(versions, [labArchitecture]);
  const version = (file: string): string => releases.find(({ files }) => file in files)!.version;
  const sites = await officialSites(
    {
      versions: {
        kubernetes: versions.kubernetes,
        containerd: versions.containerd,
        calico: versions.calico,
        runc: version(`bin/${labArchitecture}/runc`),
        crictl: version(`bin/${labArchitecture}/crictl`),
        etcd: version(`bin/${labArchitecture}/etcdctl`),
      },
      architectures: [labArchitecture],
      program: (architecture, name) => others[name] ?? file(`bin/${architecture}/${name}`),
      calicoManifest: file('manifests/calico.yaml'),
      images: {
        ...Object.fromEntries(await Promise.all(images)),
        [upstreamOf(agnhost)]: await programImage(await buildAgnhost(report), folder, ['pause']),
      },
    },
    folder,
  );
  return { ...sites, pages: { ...sites.pages, ...(await debianRepository(debs)) } };
}

/** Debian’s, as no module makes it. */
async function runcOf(debs: readonly string[], folder: string): Promise<string> {
  const deb = debs.find((path) => /\/runc_[^/]+\.deb$/.test(path));
  if (deb === undefined) throw new Error('no package of runc is there');
  await run('dpkg-deb', ['--extract', deb, join(folder, 'runc')]);
  return join(folder, 'runc/usr/sbin/runc');
}

async function imageOf(archive: Archive, name: string, blob: (digest: string) => Content): Promise<SiteImage> {
  const descriptor = archive.named(name);
  if (!descriptor) throw new Error(`the bundle has no image ${name}`);
  const { config, layers } = await archive.document(blobName(descriptor.digest), manifest);
  const top = blob(descriptor.digest);
  return {
    mediaType: descriptor.mediaType,
    top,
    // It is asked for by its digest as well as by its tag.
    manifests: { [descriptor.digest]: { mediaType: descriptor.mediaType, content: top } },
    blobs: Object.fromEntries([config, ...layers].map(({ digest }) => [digest, blob(digest)])),
  };
}
