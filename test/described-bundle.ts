import type { Description } from '../src/cluster/bundle-description.js';

/** What a registry tells of a bundle with these files, each with a digest of its own. */
export const describedBundle = (...files: readonly string[]): Description => ({
  schema: 2,
  kubernetes: 'v1.37.2',
  versions: {},
  systems: [{ os: 'debian-13', arch: 'amd64' }],
  images: {},
  files: Object.fromEntries(
    files.map((name, index) => [
      name,
      { digest: `sha256:${String(index).padStart(64, '0')}`, size: 1, origin: 'here', licence: 'Apache-2.0' },
    ]),
  ),
});
