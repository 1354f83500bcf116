import { profileOf, type Profile } from '../../cluster/versions.js';

export type Versions = Profile;

/** As Go and Debian name them. */
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** The system that bundles are made for. */
export const system = { os: 'debian-13', suite: 'trixie' } as const;

/** Throws for a release that kha does not know. */
export const versionsOf = (kubernetesVersion: string): Versions => profileOf({ kubernetesVersion });

/** The release that the lab installs, and the architecture of its hosts. */
export const versions = versionsOf('v1.37.2');
export const labArchitecture: Architecture = 'amd64';
