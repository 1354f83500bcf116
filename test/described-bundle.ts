import type { Description } from '../src/cluster/bundle-description.js';
import { imagesOf } from '../src/steps/runtime/images.js';
import { cluster } from './clusters.js';

const all = cluster();
/** Those of every host, each with a digest of its own. */
const images = Object.fromEntries(
  imagesOf(all, all.hosts[0]!).map((image, index) => [
    image,
    `sha256:${'e'.repeat(62)}${String(index).padStart(2, '0')}`,
  ]),
);

/** What a registry tells of a bundle with these files, each with a digest of its own. */
export const describedBundle = (...files: readonly string[]): Description => ({
  schema: 2,
  kubernetes: 'v1.37.2',
  versions: {},
  systems: [{ os: 'debian-13', arch: 'amd64' }],
  images,
  files: Object.fromEntries(
    files.map((name, index) => [
      name,
      { digest: `sha256:${String(index).padStart(64, '0')}`, size: 1, origin: 'here', licence: 'Apache-2.0' },
    ]),
  ),
});
