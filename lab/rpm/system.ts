import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { baseSystem } from '../../src/bundle/build/base-system.js';
import { debianPackages } from '../../src/bundle/build/debian-packages.js';
import { labArchitecture } from '../../src/bundle/build/versions.js';
import { neededPackages, type Runtime } from '../../src/cluster/systems.js';
import { cacheFolder } from '../../src/engine/folders.js';
import { reported, type Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';
import { fromDeb, installedDebs, trafficControl, withoutPolicy } from './from-debs.js';
import { makeRpms, type RpmSource } from './make-rpms.js';

/** As cluster/systems.ts has it. */
export const rpmSystem = 'rocky-9';
/** What this machine makes such a system and its packages with, by the Debian package that has it. */
export const rpmPrograms: Readonly<Record<string, string>> = { rpmbuild: 'rpm', createrepo_c: 'createrepo-c' };

/** Debian 12's dnf is 4.14 and so Rocky 9's; its rpm is 4.18, Rocky 9's 4.16. */
const suite = 'bookworm';
/** What the system has of its own beside a bare Debian: its packages' programs, and what Rocky puts on every host. */
const own = ['dnf', 'rpm', 'dnf-plugins-core', 'firewalld'];
/** A new way to make them is a new folder of the cache. */
const edition = 1;
const digestOf = (base: string, ...more: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([basename(base), edition, ...more]))
    .digest('hex')
    .slice(0, 12);

const debianBase = (report: Report): Promise<string> => baseSystem(suite, report, own);

/** The folder with the rpms that a host of such a system lacks, made once. */
export async function rpmPackages(report: Report, runtime: Runtime = 'containerd'): Promise<string> {
  const base = await debianBase(report);
  const needed = neededPackages({ name: 'debian-12', family: 'deb' }, runtime);
  const debs = await debianPackages(base, report, labArchitecture, needed);
  const target = cacheFolder('rpm', digestOf(base, ...(runtime === 'containerd' ? [] : [runtime])));
  if (!existsSync(target))
    await reported(report, `Making rpms for hosts like ${rpmSystem}’s`, async () => {
      const making = `${target}.making`;
      await rm(making, { recursive: true, force: true });
      const work = join(making, 'debs');
      await mkdir(work, { recursive: true });
      const sources: RpmSource[] = [await trafficControl(base, work), withoutPolicy];
      for (const deb of debs) sources.push(...[await fromDeb(deb, work)].filter((one) => one !== undefined));
      await makeRpms(sources, join(making, 'rpms'));
      await rm(target, { recursive: true, force: true });
      await rename(join(making, 'rpms'), target);
      await rm(making, { recursive: true });
    });
  return target;
}

/** Lists the rpms of a folder as a repository has them (createrepo_c(8)); the folder itself stays as it is. */
export async function describeRepository(rpms: string, repository: string): Promise<void> {
  await mkdir(repository, { recursive: true });
  await run('createrepo_c', ['-q', '--outputdir', repository, rpms]);
}

const osRelease = `NAME="kha's lab, after Rocky Linux"
VERSION="9.6"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.6"
PLATFORM_ID="platform:el9"
PRETTY_NAME="kha's lab: Debian 12 with rpm and dnf, after Rocky Linux 9"
`;

/** By it dnf knows what $releasever is. */
const release: RpmSource = {
  name: 'kha-lab-release',
  epoch: '0',
  version: '9.6',
  release: '1',
  architecture: 'noarch',
  summary: 'Release of a lab host after Rocky Linux 9',
  provides: ['system-release = 9.6', 'system-release(releasever) = 9'],
};

/** As Red Hat's dnf package of release 9 has it. */
const dnfSettings = `[main]
gpgcheck=1
installonly_limit=3
clean_requirements_on_remove=True
best=True
skip_if_unavailable=False
`;

/** Turns a copy of Debian into it, by commands in its root: packages known to rpm alone, nothing left of apt and dpkg. */
const turned = `set -e
rm -f /etc/os-release /usr/lib/os-release /etc/debian_version /usr/sbin/tc
mv /tmp/kha/os-release /usr/lib/os-release; ln -s ../usr/lib/os-release /etc/os-release
mv /tmp/kha/dnf.conf /etc/dnf/dnf.conf; mkdir -p /etc/rpm /etc/yum.repos.d
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
rpm --install --justdb --nodeps /tmp/kha/rpms/*.rpm
rm -rf /tmp/kha /usr/bin/apt* /usr/bin/dpkg* /usr/lib/apt /usr/lib/dpkg /etc/apt /var/lib/apt /var/lib/dpkg /var/cache/apt
# Debian's alone: it looks for a repository that nobody has made.
echo '[main]\nenabled=0' >/etc/dnf/plugins/local.conf
systemctl disable firewalld`;

/** The root file system of such a host, before it has users; made once. */
export async function rpmBase(report: Report): Promise<string> {
  const base = await debianBase(report);
  const target = cacheFolder('base', digestOf(base));
  if (existsSync(target)) return target;
  await reported(report, `Making a bare system like ${rpmSystem}’s`, async () => {
    const making = `${target}.making`;
    await rm(making, { recursive: true, force: true });
    await run('cp', ['-a', base, making]);
    const brought = join(making, 'tmp/kha');
    await mkdir(brought);
    await makeRpms([release, ...(await installedDebs(base))], join(brought, 'rpms'));
    await writeFile(join(brought, 'os-release'), osRelease);
    await writeFile(join(brought, 'dnf.conf'), dnfSettings);
    await run('chroot', [making, 'sh', '-c', turned]);
    await rename(making, target);
  });
  return target;
}

/** The .rpm files of a folder. */
export const rpmsOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder))
    .filter((name) => name.endsWith('.rpm'))
    .sort()
    .map((name) => join(folder, name));
