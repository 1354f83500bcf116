import { system } from '../../src/bundle/build/versions.js';
import { run } from '../../src/engine/run-program.js';
import { bytes, fileContent, sha256, type Page } from './site.js';

/** How a lab’s host names the repository: nobody signs it, so apt is told to take it as it is. */
export const debianSource = `deb [trusted=yes] https://deb.debian.org/debian ${system.suite} main\n`;

const site = 'https://deb.debian.org/debian';

/** Packages as a repository of Debian has them (wiki.debian.org, DebianRepository/Format), for one architecture. */
export async function debianRepository(debs: readonly string[]): Promise<Record<string, Page>> {
  const pages: Record<string, Page> = {};
  const stanzas: string[] = [];
  for (const path of debs) {
    const content = await fileContent(path);
    const sum = await sha256(content);
    const place = `pool/main/${sum.slice(0, 16)}.deb`;
    const fields = (await run('dpkg-deb', ['--field', path])).trim();
    stanzas.push(`${fields}\nFilename: ${place}\nSize: ${content.size}\nSHA256: ${sum}\n`);
    pages[`${site}/${place}`] = content;
  }
  const list = bytes(stanzas.join('\n'));
  const inRelease = 'main/binary-amd64/Packages';
  const release = [
    `Suite: stable\nCodename: ${system.suite}\nArchitectures: amd64\nComponents: main`,
    `Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n ${await sha256(list)} ${list.size} ${inRelease}\n`,
  ].join('\n');
  return {
    ...pages,
    [`${site}/dists/${system.suite}/${inRelease}`]: list,
    [`${site}/dists/${system.suite}/Release`]: bytes(release),
  };
}
