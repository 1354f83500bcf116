import { basename, join } from 'node:path';
import type { Report } from '../../engine/report.js';
import type { Source } from '../write-archive.js';
import { baseSystem } from './base-system.js';
import { debianPackages } from './debian-packages.js';
import { source } from './modules.js';
import { system } from './versions.js';

export const apache = { licence: 'Apache-2.0' } as const;

/** Manifests of kha’s own. */
export const addOns: Source['files'] = [
  {
    name: 'manifests/limits.yaml',
    content: { path: join(source('add-ons'), 'limits.yaml') },
    version: '1',
    origin: 'kubernetes-ha',
    ...apache,
  },
];

/** Packages of the distribution, with the versions that their files’ names have. */
export async function packageFiles(report: Report): Promise<Source['files']> {
  const debs = await debianPackages(await baseSystem(report), report);
  return debs.map((path) => ({
    name: `deb/${system.os}/${basename(path)}`,
    content: { path },
    version: decodeURIComponent(basename(path).split('_')[1] ?? ''),
    origin: `Debian ${system.suite}`,
    licence: 'NOASSERTION',
  }));
}
