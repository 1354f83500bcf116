import { z } from 'zod';
import { digest } from '../cluster/bundle-description.js';

/** Formats of the OCI image specification 1.1 as far as bundles have them; what else a manifest says is kept, and not looked at. */
const descriptor = z.looseObject({
  mediaType: z.string(),
  digest,
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type Descriptor = z.output<typeof descriptor>;

export const manifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor,
  layers: z.array(descriptor),
});
export type Manifest = z.output<typeof manifest>;

export const index = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(descriptor) });
export type Index = z.output<typeof index>;

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  imageConfig: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  bundle: 'application/vnd.kubernetes-ha.bundle.v1+json',
  file: 'application/vnd.kubernetes-ha.file.v1',
} as const;

/** Docker’s own formats, which registries still have, read the same. */
export const manifestTypes: readonly string[] = [
  mediaTypes.manifest,
  'application/vnd.docker.distribution.manifest.v2+json',
];
export const indexTypes: readonly string[] = [
  mediaTypes.index,
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
export const isManifest = (type: string): boolean => manifestTypes.includes(type);
export const isIndex = (type: string): boolean => indexTypes.includes(type);

export const annotations = {
  /** Of a manifest in the index: `name:tag`. */
  name: 'org.opencontainers.image.ref.name',
  /** Of a layer of the bundle's artifact: `bin/kubeadm`. */
  title: 'org.opencontainers.image.title',
} as const;

export const refOf = ({ annotations: all }: Descriptor): string => all?.[annotations.name] ?? '';

/** Of a manifest that an index names. */
export function architectureOf(one: Descriptor): string {
  const { architecture = 'unknown' } = (one['platform'] ?? {}) as { architecture?: string };
  return architecture;
}
