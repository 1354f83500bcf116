import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { baseSystem } from '../src/bundle/build/base-system.js';
import { suites } from '../src/bundle/build/package-files.js';
import { system } from '../src/bundle/build/versions.js';
import { cacheFolder } from '../src/engine/folders.js';
import { reported, type Report } from '../src/engine/report.js';
import { run } from '../src/engine/run-program.js';
import { rpmBase, rpmSystem } from './rpm/system.js';

/** Users besides root to log in as: one whose sudo asks nothing, one whose sudo wants the password `lab`. */
const users = `set -e; useradd -m -s /bin/sh admin; useradd -m -s /bin/sh admin-pw; echo admin-pw:lab | chpasswd
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin; echo 'admin-pw ALL=(ALL) ALL' >/etc/sudoers.d/admin-pw
rm -f /etc/ssh/ssh_host_* /etc/machine-id /etc/resolv.conf; : >/etc/resolv.conf`;

async function bareSystem(of: string, report: Report): Promise<string> {
  if (of === rpmSystem) return rpmBase(report);
  const suite = suites[of];
  if (suite !== undefined) return baseSystem(suite, report);
  throw new Error(`the lab has hosts of ${[...Object.keys(suites), rpmSystem].join(', ')}, not of ${of}`);
}

/** The root file system that hosts of a system stand on, with packages that they have before kha comes; read-only, made once. */
export async function rootfs(report: Report, of: string = system.os, packages = ''): Promise<string> {
  if (packages !== '' && of === rpmSystem) throw new Error(`hosts of ${of} have no apt to install ${packages} with`);
  const base = await bareSystem(of, report);
  const digest = createHash('sha256')
    .update(JSON.stringify([basename(base), users, packages]))
    .digest('hex')
    .slice(0, 12);
  const target = cacheFolder('rootfs', digest);
  if (existsSync(target)) return target;
  await reported(report, `Making the hosts’ root file system (${of})`, async () => {
    const making = `${target}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(cacheFolder('rootfs'), { recursive: true });
    await run('cp', ['-a', base, making]);
    if (packages !== '') await install(making, packages.split(','));
    await run('chroot', [making, 'sh', '-c', users]);
    await writeFile(join(making, 'etc/hosts'), '127.0.0.1 localhost\n');
    await rename(making, target);
  });
  return target;
}

/** By the system's own apt, which finds its repository as this machine does. */
async function install(root: string, packages: readonly string[]): Promise<void> {
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  const apt = (...words: string[]): Promise<string> =>
    run('chroot', [root, 'apt-get', '-qq', ...words], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  await apt('update');
  await apt('install', '-y', '--no-install-recommends', ...packages);
  await apt('clean');
  await rm(join(root, 'var/lib/apt/lists'), { recursive: true });
}
