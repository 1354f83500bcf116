import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './lab.js';

const root = '/sys/fs/cgroup';
const controllers = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids'];

/** An ordinary Debian has the unified hierarchy; both are served, version 1 is the one that was tested. */
export const unified = (): boolean => existsSync(join(root, 'cgroup.controllers'));

/** By the lab's index, which no other lab on this machine has; another user's may have its name. */
const groupName = ({ index }: Lab): string => `kha-lab-${index}`;

const folders = (lab: Lab, host: string): string[] =>
  unified()
    ? [join(root, groupName(lab), host)]
    : controllers.filter((one) => existsSync(join(root, one))).map((one) => join(root, one, groupName(lab), host));

/** Makes the host's own groups, and gives the files that a process writes its id into to enter them. */
export async function makeGroups(lab: Lab, host: string): Promise<string[]> {
  for (const folder of folders(lab, host)) {
    await mkdir(folder, { recursive: true });
    if (unified()) await delegate(folder);
    else if (folder.startsWith(join(root, 'cpuset'))) await fillCpuset(folder);
  }
  return folders(lab, host).map((folder) => join(folder, 'cgroup.procs'));
}

/** A cpuset group that names no processors lets no process in. */
async function fillCpuset(folder: string): Promise<void> {
  for (const group of [join(folder, '..'), folder]) {
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      await writeFile(join(group, file), await readFile(join(group, '..', file)));
  }
  await writeFile(join(folder, '..', 'cgroup.clone_children'), '1');
}

async function delegate(folder: string): Promise<void> {
  for (const group of [root, join(folder, '..')]) {
    const there = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(' ').filter(Boolean);
    await writeFile(join(group, 'cgroup.subtree_control'), there.map((one) => `+${one}`).join(' '));
  }
}

/** Stops or wakes every process of the host at once. */
export async function freeze(lab: Lab, host: string, frozen: boolean): Promise<void> {
  if (unified()) return writeFile(join(root, groupName(lab), host, 'cgroup.freeze'), frozen ? '1' : '0');
  return writeFile(join(root, 'freezer', groupName(lab), host, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED');
}

export async function removeGroups(lab: Lab, host: string): Promise<void> {
  for (const folder of folders(lab, host)) await removeTree(folder);
}

/** The lab's own groups, once its hosts' are gone. */
export async function removeLabGroups(lab: Lab): Promise<void> {
  for (const folder of folders(lab, 'any')) await removeTree(join(folder, '..'));
}

export const groupsLeft = (lab: Lab): string[] =>
  folders(lab, 'any')
    .map((folder) => join(folder, '..'))
    .filter((folder) => existsSync(folder));

/** Control group folders are removed from the innermost out; their files go with them. */
async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  await rmdirOnceEmpty(folder);
}

/** Processes that were killed are members of their group until they are reaped. */
async function rmdirOnceEmpty(folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await rmdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === 100) throw error;
      await sleep(50);
    }
  }
}
