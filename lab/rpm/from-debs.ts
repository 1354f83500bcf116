import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/engine/run-program.js';
import { rpmName, rpmVersion } from './names.js';
import type { RpmSource } from './make-rpms.js';

/** What Rocky's packages, and Docker's, do before their files come, as Debian's do it in scripts that only Debian can run. */
const before: Readonly<Record<string, string>> = {
  haproxy: `getent group haproxy >/dev/null || groupadd -r haproxy || exit
getent passwd haproxy >/dev/null || useradd -r -g haproxy -d /var/lib/haproxy -s /usr/sbin/nologin haproxy`,
  'docker-ce': 'getent group docker >/dev/null || groupadd -r docker',
};

/** Where Debian and Rocky let `alternatives` choose, the programs over nf_tables have their plain names. */
const overNftables = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
const links: Readonly<Record<string, readonly string[]>> = {
  'iptables-nft': [...overNftables, 'ebtables', 'arptables'],
};

/** An rpm with the files of a .deb, which are laid out below `work`; undefined for one that such a system does not have. */
export async function fromDeb(path: string, work: string): Promise<RpmSource | undefined> {
  const format = '${Package}\n${Version}\n${Architecture}\n${binary:Summary}';
  const [deb = '', version = '', architecture, summary = ''] = (
    await run('dpkg-deb', ['--show', '--showformat', format, path])
  ).split('\n');
  const name = rpmName(deb);
  if (name === undefined) return undefined;
  const root = join(work, deb);
  await mkdir(root, { recursive: true });
  await run('dpkg-deb', ['--raw-extract', path, root]);
  const conffiles = join(root, 'DEBIAN/conffiles');
  const settings = existsSync(conffiles) ? (await readFile(conffiles, 'utf8')).split('\n').filter(Boolean) : [];
  await rm(join(root, 'DEBIAN'), { recursive: true });
  await mergeUsr(root);
  for (const link of links[name] ?? []) {
    const file = join(root, 'usr/sbin', link);
    await rm(file, { force: true });
    await symlink('xtables-nft-multi', file);
  }
  // Folders belong to the system, but for those that nobody else has.
  const found = await run('find', [
    root,
    '(',
    '-type',
    'f',
    '-o',
    '-type',
    'l',
    '-o',
    '-empty',
    ')',
    '-printf',
    '/%P\n',
  ]);
  const files = found.split('\n').filter(Boolean);
  const units = files.some((file) => file.startsWith('/usr/lib/systemd/system/'));
  return {
    name,
    ...rpmVersion(version),
    architecture: architecture === 'all' ? 'noarch' : 'x86_64',
    summary,
    root,
    files,
    settings,
    ...(before[name] ? { before: before[name], requires: ['/usr/sbin/groupadd', '/usr/sbin/useradd'] } : {}),
    // On Rocky systemd's own package does it for every other.
    ...(units ? { after: 'if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi' } : {}),
  };
}

/** Debian 12 still has packages with files outside of /usr; rpm would put their folders in the place of links. */
async function mergeUsr(root: string): Promise<void> {
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    const old = join(root, folder);
    if (!existsSync(old)) continue;
    const merged = join(root, 'usr', folder);
    await mkdir(merged, { recursive: true });
    await run('cp', ['-a', `${old}/.`, merged]);
    await rm(old, { recursive: true });
  }
}

/** tc alone, which Rocky has apart from ip: out of a root that Debian's iproute2 is in. */
export async function trafficControl(base: string, work: string): Promise<RpmSource> {
  const root = join(work, 'iproute-tc');
  await mkdir(join(root, 'usr/sbin'), { recursive: true });
  await cp(join(base, 'usr/sbin/tc'), join(root, 'usr/sbin/tc'), { verbatimSymlinks: true });
  const admin = join(base, 'var/lib/dpkg');
  const version = await run('dpkg-query', ['--admindir', admin, '-W', '-f', '${Version}', 'iproute2']);
  const parts = {
    name: 'iproute-tc',
    ...rpmVersion(version),
    architecture: 'x86_64',
    root,
    files: ['/usr/sbin/tc'],
  } as const;
  return { ...parts, summary: 'Linux traffic control utility' };
}

/** A name without a policy: Debian has no labels for containers, and a lab's kernel no SELinux. */
export const withoutPolicy: RpmSource = {
  name: 'container-selinux',
  epoch: '0',
  version: '0',
  release: '1',
  architecture: 'noarch',
  summary: 'Stands for container-selinux, and has no policy',
};

/** What Fedora's package says it has, beyond what can be read from its libraries (its glibc.spec). */
const more: Readonly<Record<string, readonly string[]>> = { glibc: ['rtld(GNU_HASH)'] };

/** What the packages of a bare system are for others: their names, programs and libraries; none of their files. */
export async function installedDebs(base: string): Promise<RpmSource[]> {
  const admin = join(base, 'var/lib/dpkg');
  const format = '${Package}\t${Version}\t${Architecture}\t${binary:Summary}\n';
  const said = await run('dpkg-query', ['--admindir', admin, '-W', '-f', format]);
  const found = said
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const sources = found.map(async ([deb = '', version = '', architecture, summary = '']): Promise<RpmSource[]> => {
    const name = rpmName(deb);
    if (name === undefined) return [];
    const own = [`info/${deb}.list`, `info/${deb}:amd64.list`].map((list) => join(admin, list)).find(existsSync);
    const paths = own === undefined ? [] : (await readFile(own, 'utf8')).split('\n');
    const merged = paths.map((path) => path.replace(/^\/(bin|sbin|lib|lib64)\//, '/usr/$1/'));
    const programs = merged.filter((path) => /^\/usr\/s?bin\/[\w.+-]+$/.test(path) && path !== '/usr/sbin/tc');
    const shells = programs
      .filter((path) => /^\/usr\/bin\/(ba)?sh$/.test(path))
      .map((path) => path.slice('/usr'.length));
    const libraries = merged
      .filter((path) => /\.so[.\d]*$/.test(path))
      .map((path) => join(base, path))
      .filter((path) => existsSync(path) && lstatSync(path).isFile());
    const sonames =
      libraries.length === 0
        ? ''
        : await run('/usr/lib/rpm/elfdeps', ['--provides'], { stdin: `${libraries.join('\n')}\n` });
    return [
      {
        name,
        ...rpmVersion(version),
        architecture: architecture === 'all' ? 'noarch' : 'x86_64',
        summary,
        provides: [...new Set([...programs, ...shells, ...(more[name] ?? []), ...sonames.split('\n').filter(Boolean)])],
      },
    ];
  });
  return (await Promise.all(sources)).flat();
}
