import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fetchPackages } from '../../src/bundle/build/apt-copy.js';
import { baseSystem } from '../../src/bundle/build/base-system.js';
import { lay, unpack } from '../../src/bundle/build/unpacked.js';
import { system, type Architecture } from '../../src/bundle/build/versions.js';
import { cacheFolder } from '../../src/engine/folders.js';
import { reported, type Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';
import { packagesOf, statusOf, versionsOf } from './dpkg.js';

/** What this machine makes and runs such hosts with, by the Debian package that has it. */
export const emulationPrograms: Readonly<Record<string, string>> = {
  'qemu-system-aarch64': 'qemu-system-arm',
  depmod: 'kmod',
  'mkfs.ext4': 'e2fsprogs',
};

/** Debian's kernel for clouds: NVMe and ext4 are built in, and so it needs no initial file system. */
const kernelPackage = 'linux-image-cloud-arm64';
/** A new way to make them is a new folder of the cache. */
const edition = 2;

/** A root file system of another architecture, and the kernel to boot it with. */
export interface EmulatedSystem {
  readonly rootfs: string;
  readonly kernel: string;
}

/**
 * The same host of another architecture: a root file system of this machine's, over which the packages that it has are laid,
 * of that architecture. What their scripts made is alike for all, and stays; none of them runs again. Made once.
 */
export async function emulatedSystem(
  rootfs: string,
  architecture: Architecture,
  report: Report,
): Promise<EmulatedSystem> {
  const digest = createHash('sha256')
    .update(JSON.stringify([basename(rootfs), architecture, kernelPackage, edition]))
    .digest('hex')
    .slice(0, 12);
  const target = cacheFolder('rootfs', digest);
  const made = { rootfs: join(target, 'root'), kernel: join(target, 'vmlinuz') };
  if (existsSync(target)) return made;
  await reported(report, `Making the hosts’ root file system (${architecture})`, async () => {
    const making = `${target}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    const root = join(making, 'root');
    await run('cp', ['-a', rootfs, root]);
    const debs = await fetched(root, architecture, join(making, 'debs'), report);
    await change(root, debs, architecture);
    await addKernel(root, debs, making);
    for (const part of ['debs', 'kernel']) await rm(join(making, part), { recursive: true });
    await rename(making, target);
  });
  return made;
}

async function fetched(root: string, architecture: Architecture, folder: string, report: Report): Promise<string[]> {
  const packages = [...packagesOf(await readFile(join(root, 'var/lib/dpkg/status'), 'utf8')), kernelPackage];
  const base = await baseSystem(system.suite, report);
  await fetchPackages(base, folder, { packages, architecture, onBareHost: false });
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

/** Lays the packages over a root file system, and has dpkg know them as installed. */
async function change(root: string, debs: readonly string[], architecture: Architecture): Promise<void> {
  const status = join(root, 'var/lib/dpkg/status');
  const before = await readFile(status, 'utf8');
  const had = packagesOf(before);
  for (const folder of ['x86_64-linux-gnu', '../lib64']) await rm(join(root, 'usr/lib', folder), { recursive: true });
  await rm(join(root, 'etc/ld.so.cache'), { force: true });
  for (const deb of debs) if (had.includes(basename(deb).split('_')[0]!)) await lay(deb, root);
  await writeFile(status, statusOf(before, versionsOf(debs), architecture));
  await writeFile(join(root, 'var/lib/dpkg/arch'), `${architecture}\n`);
  const info = join(root, 'var/lib/dpkg/info');
  for (const name of await readdir(info)) {
    const [from, to] = [join(info, name), join(info, name.replace(':amd64.', `:${architecture}.`))];
    if (from !== to) await rename(from, to);
    if (name.endsWith('.list'))
      await writeFile(to, (await readFile(to, 'utf8')).replaceAll('x86_64-linux-gnu', 'aarch64-linux-gnu'));
  }
}

async function addKernel(root: string, debs: readonly string[], making: string): Promise<void> {
  const unpacked = join(making, 'kernel');
  await unpack(
    debs.filter((deb) => /\/linux-image-\d/.test(deb)),
    unpacked,
  );
  const modules = join(unpacked, 'usr/lib/modules');
  await cp(modules, join(root, 'usr/lib/modules'), { recursive: true });
  for (const release of await readdir(modules)) {
    await run('depmod', ['-b', root, release]);
    await cp(join(unpacked, `boot/vmlinuz-${release}`), join(making, 'vmlinuz'));
    // kubeadm join reads there what the kernel was built with.
    await cp(join(unpacked, `boot/config-${release}`), join(root, `boot/config-${release}`));
  }
}
