import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import { startTime } from '../../src/engine/process.js';
import { ground } from '../lab/ground.js';

const { kha, done, remove } = ground('none');
const status = async (): Promise<EngineStatus> =>
  JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;

/** Waits until all of the engine runs again, and gives how long that took in milliseconds. */
async function whole(): Promise<number> {
  const begun = Date.now();
  while (!(await status()).running) {
    if (Date.now() - begun > 20_000) throw new Error('the engine did not come back');
    await sleep(50);
  }
  return Date.now() - begun;
}

describe('the embedded engine', () => {
  beforeAll(async () => void (await done('engine', 'start')));
  afterAll(async () => {
    await done('engine', 'stop');
    remove();
  });

  it('is found running by the next start, also by several at once', async () => {
    const { processes } = await status();
    await Promise.all([done('engine', 'start'), done('engine', 'start'), done('engine', 'start')]);
    expect((await status()).processes).toEqual(processes);
  });

  it('listens on loopback only', async () => {
    const { processes } = await status();
    const inodes = new Set(
      readdirSync(`/proc/${processes.server}/fd`).map((fd) => linkOf(`/proc/${processes.server}/fd/${fd}`)),
    );
    const listening = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(`socket:[${inode}]`));
    expect(listening.length).toBeGreaterThan(1);
    for (const [, local] of listening) expect(local).toMatch(/^0100007F:/);
    const six = readFileSync('/proc/net/tcp6', 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(`socket:[${inode}]`));
    expect(six).toEqual([]);
  });

  it('keeps its files to their owner', async () => {
    const { database } = await status();
    const files = readdirSync(join(database.path, '..')).map((name) => join(database.path, '..', name));
    // SQLite's journal comes and goes with each transaction.
    const mode = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
    expect(files.filter((file) => (mode(file) & 0o077) !== 0)).toEqual([]);
    expect(mode(database.path) & 0o777).toBe(0o600);
  });

  it.each(['server', 'worker'] as const)('starts its %s again when that was killed', async (name) => {
    const before = await status();
    process.kill(before.processes[name]!, 'SIGKILL');
    await sleep(100);
    await whole();
    const after = await status();
    expect(after.processes[name]).not.toBe(before.processes[name]);
    expect(after.address).toBe(before.address);
    expect((await kha('list')).code).toBe(0);
  });

  it('is taken over by a new watcher when the watcher was killed', async () => {
    const before = await status();
    process.kill(before.processes.watcher!, 'SIGKILL');
    await done('engine', 'start');
    const after = await status();
    expect(after.processes.watcher).not.toBe(before.processes.watcher);
    expect([after.processes.server, after.processes.worker]).toEqual([
      before.processes.server,
      before.processes.worker,
    ]);
  });

  it('leaves nothing running when it is stopped', async () => {
    const { processes } = await status();
    await done('engine', 'stop');
    for (const pid of Object.values(processes)) expect(await startTime(pid!)).toBeUndefined();
    await done('engine', 'start');
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // A descriptor that was closed meanwhile.
    return '';
  }
}
