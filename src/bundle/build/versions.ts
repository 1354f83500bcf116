import { profileOf, type Profile } from '../../cluster/versions.js';

/** The system that bundles are made for. */
export const system = { os: 'debian-13', suite: 'trixie', arch: 'amd64' } as const;

/** What a bundle holds: the profile of its release, for one system. */
export type Versions = Profile & typeof system;

/** Throws for a release that kha does not know. */
export const versionsOf = (kubernetesVersion: string): Versions => ({ ...profileOf({ kubernetesVersion }), ...system });

/** The release that the lab installs. */
export const versions = versionsOf('v1.37.2');
