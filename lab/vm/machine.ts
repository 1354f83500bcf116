import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cables, leaving, plugged, type Cable } from '../cables.js';
import { hostFolder, hostKeyFile, macOf, type Lab, type LabHost } from '../lab.js';
import type { Kernel } from './kernel.js';
import { machineEnd } from '../network.js';
import { run } from '../../src/engine/run-program.js';

const memory = '3G';
export const diskOf = (lab: Lab, host: string): string => hostFolder(lab, host, 'disk.img');

/**
 * The disk of a host, made when it has none yet: the root file system and its kernel's modules, then what `furnish` writes
 * into the folder where it is mounted meanwhile. `driver`: the module that its cables need.
 */
export async function makeDisk(
  lab: Lab,
  host: LabHost,
  rootfs: string,
  furnish: (root: string) => Promise<void>,
  { modules, driver }: { readonly modules?: string; readonly driver?: string },
): Promise<void> {
  const { name } = host;
  if (existsSync(diskOf(lab, name))) return;
  const making = `${diskOf(lab, name)}.making`;
  const root = hostFolder(lab, name, 'root');
  await mkdir(root, { recursive: true });
  await rm(making, { force: true });
  await run('truncate', ['-s', `${lab.disk ?? 20}G`, making]);
  await run('mkfs.ext4', ['-q', '-m', '0', '-d', rootfs, making]);
  await run('mount', ['-o', 'loop', making, root]);
  try {
    await furnish(root);
    if (modules !== undefined) {
      await cp(modules, join(root, 'usr/lib/modules'), { recursive: true });
      for (const release of await readdir(modules)) await run('chroot', [root, 'depmod', release]);
    }
    await plugInside(root, cables(lab, host), driver);
    await copyFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), hostKeyFile(lab, host));
  } finally {
    await run('umount', [root]);
  }
  await rename(making, diskOf(lab, name));
}

/** The networks' ends in the host, by ip(8) alone: the base system has no udev, for which systemd-networkd would wait. */
async function plugInside(root: string, ends: readonly Cable[], driver?: string): Promise<void> {
  const before =
    driver === undefined
      ? ends.map(({ device }, index) => `ip link set vec${index} name ${device}`)
      : [`modprobe ${driver}`];
  const plugging = [...ends.flatMap(plugged), ...leaving(ends)].map((words) => `ip ${words.join(' ')}`);
  const commands = [...before, ...plugging].join('; ');
  const unit = `[Unit]\nDefaultDependencies=no\nWants=network-pre.target\nBefore=network-pre.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -ec '${commands}'\n`;
  const wants = join(root, 'etc/systemd/system/sysinit.target.wants');
  await mkdir(wants, { recursive: true });
  await writeFile(join(root, 'etc/systemd/system/cable.service'), unit);
  await symlink('../cable.service', join(wants, 'cable.service'));
}

/** Starts a kernel on the host's disk and cables; gives the id of its process, which leads a group of its own. */
export function startMachine(lab: Lab, host: LabHost, { program }: Kernel): number {
  const { name } = host;
  const log = openSync(hostFolder(lab, name, 'console.log'), 'a', 0o600);
  const words = [
    `mem=${memory}`,
    'ncpus=2',
    // Faster by far than ptrace. Its programs could read this machine's side of their kernel, and are ours.
    'seccomp=on',
    `ubda=${diskOf(lab, name)}`,
    'root=/dev/ubda',
    'rw',
    // Its own state, which it would keep in the home folder.
    `uml_dir=${hostFolder(lab, name, 'uml')}`,
    `umid=${name}`,
    'con=null',
    'con0=null,fd:1',
    // A tap has no queue to send from, which 7.3.4 takes for granted once it has two processors.
    ...cables(lab, host).map(
      ({ link, address }, index) =>
        `vec${index}:transport=raw,ifname=${machineEnd(link)},depth=128,gro=1,mac=${macOf(address)}`,
    ),
  ];
  const child = spawn(program, words, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  if (child.pid === undefined) throw new Error(`the kernel of ${name} could not be started`);
  return child.pid;
}

/** Ends a host's kernel with every process that carries its programs: they are one group. */
export const cutPower = (pid: number): boolean => process.kill(-pid, 'SIGKILL');

/** Stops the kernel alone, or lets it go on: to a program of the host a signal from outside is a fault of its memory. */
export const pauseMachine = (pid: number, paused: boolean): boolean =>
  process.kill(pid, paused ? 'SIGSTOP' : 'SIGCONT');
