import { appendFileSync, existsSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Connection } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import { freePort } from '../../src/engine/ports.js';
import { startTime } from '../../src/engine/process.js';
import { ground } from '../lab/ground.js';

const metrics = `127.0.0.1:${await freePort(0)}`;
const { kha, done, folder, remove } = ground('none', { KHA_METRICS: metrics });
const engineFolder = join(folder, 'kha/engine');
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

/** Does something with the engine's Temporal service. */
async function withService<T>(work: (service: Client['workflowService']) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: (await status()).address });
  try {
    return await work(connection.workflowService);
  } finally {
    await connection.close();
  }
}
const day = 24 * 60 * 60 * 1000;
const retention = (): Promise<number | undefined> =>
  withService(async (service) => {
    const { config } = await service.describeNamespace({ namespace: 'default' });
    return optionalTsToMs(config?.workflowExecutionRetentionTtl);
  });
/** Until a worker serves, it has not kept the runs yet. */
async function keepsFor(days: number): Promise<void> {
  await expect.poll(retention, { timeout: 20_000 }).toBe(days * day);
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

  it('tells Prometheus of its worker where the environment says so', async () => {
    // The worker may still be connecting.
    const answer = () => fetch(`http://${metrics}/metrics`).then((response) => response.text());
    await expect.poll(answer, { timeout: 20_000 }).toMatch(/^temporal_num_pollers\{.*task_queue="/m);
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

  it('keeps ended runs for 90 days, also in a database that was made with another time', async () => {
    await keepsFor(90);
    const shortened = async (): Promise<number | undefined> => {
      await withService((service) =>
        service.updateNamespace({ namespace: 'default', config: { workflowExecutionRetentionTtl: msToTs(day) } }),
      );
      return retention();
    };
    // The worker that was started before may come to it only now, and lengthen it again.
    await expect.poll(shortened, { timeout: 20_000 }).toBe(day);
    await done('engine', 'stop');
    await done('engine', 'start');
    await keepsFor(90);
  });

  it('has one worker: another is refused', async () => {
    const before = await status();
    const { code, stderr } = await kha('worker');
    expect(code).toBe(1);
    expect(stderr).toContain('the embedded engine has one worker');
    expect((await status()).processes).toEqual(before.processes);
  });

  it.each(['server.json', 'worker.json'])(
    'adopts what a killed watcher had started and not noted in %s',
    async (note) => {
      const { processes } = await status();
      process.kill(processes.watcher!, 'SIGKILL');
      rmSync(join(engineFolder, note));
      await done('engine', 'start');
      const after = await status();
      expect([after.processes.server, after.processes.worker]).toEqual([processes.server, processes.worker]);
    },
  );

  it('moves a log aside that has grown long', async () => {
    const log = join(engineFolder, 'server.log');
    appendFileSync(log, 'x'.repeat(11 * 1024 * 1024));
    await expect.poll(() => statSync(`${log}.1`, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(11_000_000);
    await expect.poll(() => statSync(log).size).toBeLessThan(1_000_000);
  });

  it('leaves nothing running when it is stopped, nor what nobody noted', async () => {
    const { processes } = await status();
    process.kill(processes.watcher!, 'SIGKILL');
    for (const note of ['server.json', 'worker.json']) rmSync(join(engineFolder, note));
    await done('engine', 'stop');
    for (const pid of Object.values(processes)) expect(await startTime(pid!)).toBeUndefined();
    await done('engine', 'start');
  });

  it('leaves nothing running when it is stopped while its worker does not listen', async () => {
    const { processes } = await status();
    process.kill(processes.worker!, 'SIGSTOP');
    await done('engine', 'stop');
    for (const pid of Object.values(processes)) expect(await startTime(pid!)).toBeUndefined();
    await done('engine', 'start');
  });

  it('leaves nothing running when it is stopped, and a mark for those who watch', async () => {
    const { processes } = await status();
    const mark = join(engineFolder, 'stopped');
    expect(existsSync(mark)).toBe(false);
    await done('engine', 'stop');
    for (const pid of Object.values(processes)) expect(await startTime(pid!)).toBeUndefined();
    expect(existsSync(mark)).toBe(true);
    await done('engine', 'start');
    expect(existsSync(mark)).toBe(false);
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
