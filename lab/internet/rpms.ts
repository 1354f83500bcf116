import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeRepository, rpmsOf } from '../rpm/system.js';
import { fileContent, type Page } from './site.js';

const site = 'https://dl.rockylinux.org/pub/rocky';

/** How a lab's host names the repository, in /etc/yum.repos.d: nobody signs it, so dnf is told to take it as it is. */
export const rpmSource = `[baseos]
name=Rocky Linux $releasever - BaseOS
baseurl=${site}/$releasever/BaseOS/$basearch/os/
gpgcheck=0
enabled=1
`;

/** As dnf's librepo writes a file's name in the address that it asks for. */
const asked = (name: string): string =>
  encodeURIComponent(name).replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());

/** The rpms of a folder as Rocky's site has them, with metadata of createrepo_c's, which are made in the folder `work`. */
export async function rpmRepository(rpms: string, work: string): Promise<Record<string, Page>> {
  await describeRepository(rpms, work);
  const metadata = (await readdir(join(work, 'repodata'))).map((name) => join(work, 'repodata', name));
  const at = `${site}/9/BaseOS/x86_64/os/`;
  const pages = async (under: string, paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => [`${at}${under}${asked(basename(path))}`, await fileContent(path)] as const));
  return Object.fromEntries([...(await pages('', await rpmsOf(rpms))), ...(await pages('repodata/', metadata))]);
}
