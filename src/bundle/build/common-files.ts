import { join } from 'node:path';
import type { Source } from '../write-archive.js';
import { source } from './modules.js';

export const apache = { licence: 'Apache-2.0' } as const;

/** Manifests of kha’s own. */
export const ownAddOns: Source['files'] = [
  {
    name: 'manifests/limits.yaml',
    content: { path: join(source('add-ons'), 'limits.yaml') },
    version: '1',
    origin: 'kubernetes-ha',
    ...apache,
  },
];

/** Names that no other manifest of a bundle can have. */
export const ownManifests: readonly string[] = ['calico', 'limits'];
