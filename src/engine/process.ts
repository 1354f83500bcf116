import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process by its id and the moment it started, in clock ticks since boot: an id that was given out again is another. */
interface Known {
  readonly pid: number;
  readonly started?: string;
}

/** When a process started; undefined when there is none, or only its zombie. */
export async function startTime(pid: number): Promise<string | undefined> {
  const stat = await contentOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Fields of proc(5) from the third on: state first, start time the twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

export async function remember(file: string, pid: number): Promise<void> {
  await writeFile(file, JSON.stringify({ pid, started: await startTime(pid) }), { mode: 0o600 });
}

/** The id of the remembered process if it still runs. */
export async function alive(file: string): Promise<number | undefined> {
  const content = await contentOf(file);
  if (!content) return undefined;
  const { pid, started } = JSON.parse(content) as Known;
  return started !== undefined && (await startTime(pid)) === started ? pid : undefined;
}

/** Ends a remembered process and waits until it is gone; `patience` in milliseconds. Throws when it does not end. */
export async function end(file: string, signal: NodeJS.Signals, patience = 10_000): Promise<void> {
  const pid = await alive(file);
  if (pid !== undefined) {
    process.kill(pid, signal);
    const deadline = Date.now() + patience;
    while ((await alive(file)) !== undefined) {
      if (Date.now() > deadline)
        throw new Error(`process ${pid} of ${file} did not end on ${signal} within ${patience / 1000} s`);
      await sleep(50);
    }
  }
  await rm(file, { force: true });
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its file was read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
