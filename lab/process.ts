import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process by its id and the moment it started, in clock ticks since boot: an id that was given out again is another. */
export interface Known {
  readonly pid: number;
  readonly started: string;
}

export async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Field 22 of proc(5); a zombie has ended already.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export async function remember(file: string, pid: number): Promise<void> {
  await writeFile(file, JSON.stringify({ pid, started: await startTime(pid) }), { mode: 0o600 });
}

/** The remembered process if it still runs. */
export async function alive(file: string): Promise<number | undefined> {
  if (!existsSync(file)) return undefined;
  const { pid, started } = JSON.parse(await readFile(file, 'utf8')) as Known;
  return started !== undefined && (await startTime(pid)) === started ? pid : undefined;
}

/** Ends a remembered process, and waits until it is gone. */
export async function end(file: string, signal: NodeJS.Signals): Promise<void> {
  const pid = await alive(file);
  if (pid !== undefined) {
    process.kill(pid, signal);
    for (let tries = 0; tries < 200 && (await alive(file)) !== undefined; tries += 1) await sleep(50);
    if ((await alive(file)) !== undefined) throw new Error(`process ${pid} of ${file} did not end on ${signal} within 10 s`);
  }
  await rm(file, { force: true });
}
