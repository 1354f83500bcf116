import { basename, join } from 'node:path';
import { labArchitecture } from '../../src/bundle/build/versions.js';
import { mediaTypes } from '../../src/bundle/oci.js';
import { writeTar } from '../../src/bundle/write-tar.js';
import { bytes, fileContent, sha256, type Content, type SiteImage } from './site.js';

/** An image of one program over nothing, its layer made in a folder; those that are published have more around theirs. */
export async function programImage(
  program: string,
  folder: string,
  command: readonly string[] = [],
): Promise<SiteImage> {
  const name = basename(program);
  const path = join(folder, `${name}.tar`);
  await writeTar(path, [{ name, content: { path: program }, mode: 0o755 }]);
  const layer = await fileContent(path);
  const layerOf = await described(mediaTypes.layer, layer);
  const config = bytes(
    JSON.stringify({
      architecture: labArchitecture,
      os: 'linux',
      config: { Entrypoint: [`/${name}`], Cmd: command },
      rootfs: { type: 'layers', diff_ids: [layerOf.digest] },
    }),
  );
  const configOf = await described(mediaTypes.imageConfig, config);
  const mediaType = mediaTypes.manifest;
  const top = bytes(JSON.stringify({ schemaVersion: 2, mediaType, config: configOf, layers: [layerOf] }));
  return {
    mediaType,
    top,
    manifests: { [`sha256:${await sha256(top)}`]: { mediaType, content: top } },
    blobs: { [configOf.digest]: config, [layerOf.digest]: layer },
  };
}

const described = async (mediaType: string, content: Content) => ({
  mediaType,
  digest: `sha256:${await sha256(content)}`,
  size: content.size,
});
