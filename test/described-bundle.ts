import type { Description } from '../src/cluster/bundle-description.js';
import { imagesOf } from '../src/steps/runtime/images.js';
import { cluster } from './clusters.js';

/** Those of every host, of today's cluster and of the seed's, each with a digest of its own. */
const images = Object.fromEntries(
  [cluster(), cluster({ profile: 'v1.9.0' })]
    .flatMap((all) => imagesOf(all, all.hosts[0]!))
    .filter((image, index, whole) => whole.indexOf(image) === index)
    .map((image, index) => [image, `sha256:${'e'.repeat(62)}${String(index).padStart(2, '0')}`]),
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
