import { readdir } from 'node:fs/promises';
import { stateFolder } from './folders.js';
import { contentOf, startTime } from './process.js';

export type ProcessName = 'watcher' | 'server' | 'worker';

/**
 * Every process of the engine carries this variable from its start, `NAME ID FOLDER`: so it is found even when whoever
 * started it was killed before it could note the process down.
 */
const variable = 'KHA_ENGINE_PROCESS';

export interface OwnProcess {
  readonly name: ProcessName;
  /** The engine's id (settings.ts): another id in the same folder is an engine whose folder was removed. */
  readonly id: string;
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly started: number;
}

export const markOf = (name: ProcessName, id: string): Record<string, string> => ({
  [variable]: [name, id, stateFolder('engine')].join(' '),
});

/** This process's own mark, taken off so that no program that it runs carries it on; undefined where it has none. */
export function takeMark(): { name: string; id: string } | undefined {
  const [name, id] = (process.env[variable] ?? '').split(' ');
  delete process.env[variable];
  return name && id ? { name, id } : undefined;
}

/** Every living process of the engine in this state folder, the oldest first. */
export async function ownProcesses(): Promise<OwnProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(ownProcess));
  return found
    .filter((process) => process !== undefined)
    .sort((one, other) => one.started - other.started || one.pid - other.pid);
}

async function ownProcess(pid: number): Promise<OwnProcess | undefined> {
  const mark = (await environmentOf(pid)).find((entry) => entry.startsWith(`${variable}=`));
  if (!mark) return undefined;
  const [name = '', id = '', ...folder] = mark.slice(variable.length + 1).split(' ');
  const started = await startTime(pid);
  if (folder.join(' ') !== stateFolder('engine') || started === undefined) return undefined;
  return { name: name as ProcessName, id, pid, started: Number(started) };
}

async function environmentOf(pid: number): Promise<string[]> {
  try {
    return (await contentOf(`/proc/${pid}/environ`))?.split('\0') ?? [];
  } catch (error) {
    // Another user's process is none of this engine's.
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) return [];
    throw error;
  }
}
