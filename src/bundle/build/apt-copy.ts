import { appendFile, cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holds, run } from '../../engine/run-program.js';
import { bareSystemPackages } from './base-system.js';
import { labArchitecture, type Architecture } from './versions.js';

/** Packages that are fetched, and what for. */
export interface Wanted {
  readonly packages: readonly string[];
  readonly architecture: Architecture;
  /** Whether they go on a bare host, and so lack what it has; else they come with everything that they need. */
  readonly onBareHost: boolean;
}

/** What every Debian has (mmdebstrap(1), minbase). */
const minimal = ['?essential', '?priority(required)', 'apt'];

/**
 * Fetches packages into a folder that is there only once it is whole. apt itself finds them, in a copy of the root file
 * system that is thrown away. For an architecture that this machine's programs are not of, it is told that everything is of
 * that one: only apt itself runs, and nothing of that architecture.
 */
export async function fetchPackages(rootfs: string, folder: string, wanted: Wanted): Promise<void> {
  const making = `${folder}.making`;
  const root = join(making, 'root');
  if (await holds('mountpoint', ['-q', root])) await run('umount', [root]);
  await rm(making, { recursive: true, force: true });
  for (const part of ['upper', 'work', 'root', 'out']) await mkdir(join(making, part), { recursive: true });
  await run('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${rootfs},upperdir=${join(making, 'upper')},workdir=${join(making, 'work')}`,
    root,
  ]);
  try {
    await rm(join(root, 'etc/resolv.conf'), { force: true });
    await cp('/etc/resolv.conf', join(root, 'etc/resolv.conf'), { dereference: true });
    const foreign = wanted.architecture !== labArchitecture || !wanted.onBareHost;
    if (foreign) await writeFile(join(root, 'etc/apt/apt.conf.d/99kha'), settings(wanted.architecture));
    if (foreign) await writeFile(join(root, statusFile), '');
    await run('chroot', [root, 'apt-get', 'update', '-qq']);
    if (foreign && wanted.onBareHost) await pretendBareHost(root);
    await run('chroot', [
      root,
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      '--download-only',
      '-o',
      'APT::Keep-Downloaded-Packages=true',
      ...wanted.packages,
    ]);
    for (const name of await readdir(join(root, 'var/cache/apt/archives'))) {
      if (name.endsWith('.deb')) await cp(join(root, 'var/cache/apt/archives', name), join(making, 'out', name));
    }
  } finally {
    await run('umount', [root]);
  }
  await rename(join(making, 'out'), folder);
  await rm(making, { recursive: true, force: true });
}

const statusFile = 'var/lib/apt/kha-status';

const settings = (architecture: Architecture): string =>
  `APT::Architecture "${architecture}";\nAPT::Architectures { "${architecture}"; };\nDir::State::status "/${statusFile}";\n`;

/** Tells apt that a bare host's packages are installed: those that it would install now. */
async function pretendBareHost(root: string): Promise<void> {
  const apt = (...words: string[]): Promise<string> => run('chroot', [root, ...words]);
  const bare = [...minimal, ...bareSystemPackages];
  const chosen = chosenOf(await apt('apt-get', 'install', '-s', '-qq', '--no-install-recommends', ...bare));
  await appendFile(join(root, statusFile), installedAs(await apt('apt-cache', 'show', '--no-all-versions', ...chosen)));
}

/** What `apt-get -s install` says that it would install, as `name=version`. */
export function chosenOf(simulated: string): string[] {
  const chosen = [...simulated.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)];
  return chosen.map(([, name, version]) => `${name}=${version}`);
}

/** A repository's entries as dpkg's status has them once they are installed (deb822(5)). */
export const installedAs = (shown: string): string =>
  shown
    .split(/\n{2,}/)
    .filter((entry) => entry.trim() !== '')
    .map((entry) => `${entry.trimEnd()}\nStatus: install ok installed\n\n`)
    .join('');
