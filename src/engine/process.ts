import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process by its id, the moment it started (clock ticks since boot) and the boot: an id that was given out again, or that
 * another boot or machine gave out, is another process.
 */
interface Known {
  readonly pid: number;
  readonly started?: string;
  readonly boot?: string;
}

/** When a process started; undefined when there is none, or only its zombie. */
export async function startTime(pid: number): Promise<string | undefined> {
  const stat = await contentOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // Fields of proc(5) from the third on: state first, start time the twentieth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

const bootId = (): Promise<string | undefined> => contentOf('/proc/sys/kernel/random/boot_id');

/** Notes a process in a file, which is there wholly or not at all, whenever this process is killed. */
export async function remember(file: string, pid: number): Promise<void> {
  const known: Known = { pid, started: await startTime(pid), boot: await bootId() };
  const writing = `${file}.${process.pid}`;
  await writeFile(writing, JSON.stringify(known), { mode: 0o600 });
  await rename(writing, file);
}

/** The id of the remembered process if it still runs. */
export async function alive(file: string): Promise<number | undefined> {
  const { pid, started, boot } = known(await contentOf(file));
  if (pid === undefined || started === undefined || boot !== (await bootId())) return undefined;
  return (await startTime(pid)) === started ? pid : undefined;
}

/** A note that a full disk cut short tells of no process. */
function known(content: string | undefined): Partial<Known> {
  if (!content) return {};
  try {
    return JSON.parse(content) as Known;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Ends a remembered process and waits until it is gone; `patience` in milliseconds. Throws when it does not end. */
export async function end(file: string, signal: NodeJS.Signals, patience = 10_000): Promise<void> {
  const pid = await alive(file);
  if (pid !== undefined) await endProcess(pid, signal, patience);
  await rm(file, { force: true });
}

/** Ends a process and waits until it is gone; `patience` in milliseconds. Throws when it does not end. */
export async function endProcess(pid: number, signal: NodeJS.Signals, patience = 10_000): Promise<void> {
  const started = await startTime(pid);
  if (started === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
  const deadline = Date.now() + patience;
  while ((await startTime(pid)) === started) {
    if (Date.now() > deadline) throw new Error(`process ${pid} did not end on ${signal} within ${patience / 1000} s`);
    await sleep(50);
  }
}

/** A file's text; undefined where there is none. */
export async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended while its file was read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
