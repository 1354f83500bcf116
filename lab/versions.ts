import { profileOf } from '../src/cluster/versions.js';

/** What the lab's bundle holds: the product's own profile, and the system that its hosts run. */
export const versions = {
  ...profileOf({ kubernetes: 'v1.37.2' }),
  os: 'debian-13',
  suite: 'trixie',
  arch: 'amd64',
} as const;
