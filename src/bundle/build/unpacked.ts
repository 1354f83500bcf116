import { copyFile, lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../engine/run-program.js';

/**
 * A root file system of packages none of which is installed: no script of theirs runs, so they may be of any architecture.
 * The folder is there only once it is whole.
 */
export async function unpack(debs: readonly string[], folder: string): Promise<void> {
  const making = `${folder}.making`;
  for (const one of [making, folder]) await rm(one, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  // It has the links of /bin and /lib into /usr, through which the others are laid.
  const isBase = (path: string): boolean => /\/base-files_[^/]*$/.test(path);
  for (const deb of [...debs].sort((one, other) => Number(isBase(other)) - Number(isBase(one)))) await lay(deb, making);
  await rename(making, folder);
}

/** Lays a package's files over a root file system, through the links that it has in place of folders. */
export async function lay(deb: string, root: string): Promise<void> {
  const script = 'dpkg-deb --fsys-tarfile "$0" | tar -xp --keep-directory-symlink -C "$1"';
  await run('bash', ['-o', 'pipefail', '-c', script, deb, root]);
}

/** What the scripts of its packages would have made, as far as programs in containers need it; then the layer of it all. */
export async function layerOf(root: string, path: string): Promise<void> {
  await linkIptables(join(root, 'usr/sbin'));
  for (const name of ['passwd', 'group'])
    await copyFile(join(root, `usr/share/base-passwd/${name}.master`), join(root, 'etc', name));
  for (const name of ['doc', 'man', 'locale'])
    await rm(join(root, 'usr/share', name), { recursive: true, force: true });
  // The time of a build has no place in what is built (reproducible-builds.org).
  const plain = ['--format=gnu', '--sort=name', '--mtime=@0', '--numeric-owner'];
  await run('tar', [...plain, '-C', root, '-cf', path, '.']);
}

/** The names that update-alternatives(1) gives the programs which speak to nftables: Debian's own choice. */
async function linkIptables(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, family = '', rest = ''] = /^(ip6?tables|arptables|ebtables)-nft(-save|-restore)?$/.exec(name) ?? [];
    const link = join(folder, family + rest);
    if (family !== '' && !(await lstat(link).catch(() => undefined))) await symlink(name, link);
  }
}
