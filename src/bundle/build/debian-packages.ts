import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { neededPackages } from '../../cluster/systems.js';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { holds, run } from '../../engine/run-program.js';

/** The same for every release of Debian. */
const debianNames = neededPackages({ name: 'debian', family: 'deb' });

/** Names the packages that `debianPackages` gives. */
export const packagesDigest = createHash('sha256').update(debianNames.join('\n')).digest('hex').slice(0, 12);

/** The .deb files that these packages take on a bare host, with everything that they need. */
export async function debianPackages(rootfs: string, report: Report): Promise<string[]> {
  const folder = cacheFolder('deb', `${basename(rootfs)}-${packagesDigest}`);
  if (!existsSync(folder))
    await reported(report, 'Fetching the hosts’ Debian packages', () => download(rootfs, folder));
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

/** apt itself finds them, in a copy of the root file system that is thrown away. */
async function download(rootfs: string, folder: string): Promise<void> {
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
    await run('chroot', [root, 'apt-get', 'update', '-qq']);
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
      ...debianNames,
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
