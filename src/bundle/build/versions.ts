import { profileOf } from '../../cluster/versions.js';

/** What a bundle made from Go modules holds: the product's own profile, for one system. */
export const versions = {
  ...profileOf({ kubernetesVersion: 'v1.37.2' }),
  os: 'debian-13',
  suite: 'trixie',
  arch: 'amd64',
} as const;
