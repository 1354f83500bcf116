import { hostname } from 'node:os';
import { readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { stateFolder } from './folders.js';
import { contentOf } from './process.js';
import { engineFile } from './settings.js';

/** Magic numbers of file systems that several machines can have mounted at once (statfs(2), linux/magic.h). */
const shared: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x00c36400: 'Ceph',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x01161970: 'GFS2',
  0x7461636f: 'OCFS2',
  0x01021997: '9p',
  0x65735546: 'FUSE',
};

/** Throws where the engine cannot run, with what runs instead. */
export function requireLinux(platform: NodeJS.Platform = process.platform): void {
  if (platform === 'linux') return;
  throw new Error(
    `the embedded engine needs Linux, and this is ${platform}: it knows its processes and their ports by /proc alone; on this machine run a server yourself (temporal server start-dev --db-filename FILE), set TEMPORAL_ADDRESS to it, and run kha worker beside it: everything else of kha works here`,
  );
}

export interface Machine {
  /** systemd's machine id; clones may share it, so the host's name goes with it. */
  readonly id: string;
  readonly name: string;
}

const thisMachine = async (): Promise<Machine> => ({
  id: ((await contentOf('/etc/machine-id')) ?? '').trim(),
  name: hostname(),
});

const sharedFileSystem = async (): Promise<string | undefined> => shared[(await statfs(stateFolder('engine'))).type];

/**
 * Notes this machine as the one whose engine uses the state folder. Throws when the folder is on a network file system and
 * another machine's engine uses it: its processes cannot be seen from here, and two servers would spoil the database. On a
 * file system of this machine alone another name is an old one of its own.
 */
export async function claimMachine(machine = thisMachine(), fileSystem = sharedFileSystem()): Promise<void> {
  const [mine, network] = [await machine, await fileSystem];
  const file = claimFile();
  try {
    return await writeFile(file, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const content = await readFile(file, 'utf8');
  if (content === JSON.stringify(mine)) return;
  if (network)
    throw new Error(
      `the engine in ${stateFolder('engine')} (on ${network}) belongs to ${nameIn(content)}, and this is ${mine.name}: stop it there (kha engine stop), or give this machine a folder of its own with XDG_STATE_HOME; if ${nameIn(content)} is gone for good, remove ${file}`,
    );
  await writeFile(file, JSON.stringify(mine), { mode: 0o600 });
}

/** Lets another machine use the folder. */
export const releaseMachine = (): Promise<void> => rm(claimFile(), { force: true });

const claimFile = (): string => engineFile('machine.json');
const nameIn = (content: string): string => /"name":"([^"]+)"/.exec(content)?.[1] ?? 'another machine';
