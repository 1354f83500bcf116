import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import { startTime } from '../../src/engine/process.js';
import { ground } from '../lab/ground.js';

/** A user's own temporal, of another version, first on the PATH; it only tells its version. */
const own = mkdtempSync('/var/tmp/kha-path-');
writeFileSync(join(own, 'temporal'), '#!/bin/sh\necho "temporal version 1.0.0 (Server 1.20.0, UI 2.0.0)"\n');
chmodSync(join(own, 'temporal'), 0o755);
const PATH = `${own}:${process.env['PATH']}`;
const { kha, done, folder, remove } = ground('none', { PATH });
const engineFolder = join(folder, 'kha/engine');
const statusOf = async (run: typeof done): Promise<EngineStatus> =>
  JSON.parse(await run('engine', 'status', '--output', 'json')) as EngineStatus;
const status = (): Promise<EngineStatus> => statusOf(done);
/** The processes end within a few seconds. */
const ended = (pids: readonly (number | undefined)[]): Promise<void> =>
  expect
    .poll(() => Promise.all(pids.map((pid) => startTime(pid!))), { timeout: 20_000 })
    .toEqual(pids.map(() => undefined));

/** The engine once its worker serves: before, what misses the folder is in the middle of something, and fails. */
async function settled(): Promise<EngineStatus> {
  const found = await status();
  await expect
    .poll(() => readFileSync(join(engineFolder, 'worker.log'), 'utf8'), { timeout: 20_000 })
    .toContain(`worker ${found.processes.worker} serves`);
  return found;
}

beforeEach(async () => void (await done('engine', 'start')));
afterAll(async () => {
  await done('engine', 'stop');
  remove();
  rmSync(own, { recursive: true });
});

/** Its processes make files anew while theirs are removed. */
const whileInUse = { recursive: true, maxRetries: 10, retryDelay: 20 } as const;

describe('the embedded engine', () => {
  it.each(['', '{"id":"a","po', '[]'])('makes settings anew that hold only %j', async (content) => {
    const { processes } = await status();
    writeFileSync(join(engineFolder, 'engine.json'), content);
    await done('engine', 'start');
    expect((await status()).running).toBe(true);
    await ended(Object.values(processes));
    await done('list');
  });

  it('gives way to another program on its ports, and does not take it for its own', async () => {
    const { address } = await status();
    await done('engine', 'stop');
    const foreign = await listening(Number(address!.split(':')[1]));
    try {
      await done('engine', 'start');
      const after = await status();
      expect(after.running).toBe(true);
      expect(after.address).not.toBe(address);
      await done('list');
    } finally {
      foreign.close();
    }
  });

  it('ends when its state folder is removed', async () => {
    const { processes } = await settled();
    rmSync(engineFolder, whileInUse);
    await ended(Object.values(processes));
  });

  it('ends when its state folder is removed and the watcher is dead', async () => {
    const { processes } = await settled();
    process.kill(processes.watcher!, 'SIGKILL');
    rmSync(engineFolder, whileInUse);
    await ended(Object.values(processes));
  });

  it('runs the pinned server, not the one on the PATH, and writes its version beside the database', async () => {
    const { processes, database } = await status();
    expect(readlinkSync(`/proc/${processes.server}/exe`)).toContain('/kha/temporal/');
    expect(database.version).toMatch(/^1\.\d+\.\d+$/);
  });

  it('notes the machine whose engine uses its folder, until it is stopped', async () => {
    const claim = join(engineFolder, 'machine.json');
    expect(JSON.parse(readFileSync(claim, 'utf8'))).toMatchObject({ name: hostname() });
    await done('engine', 'stop');
    expect(existsSync(claim)).toBe(false);
  });

  it('copies the database before a newer server opens it', async () => {
    const { database } = await status();
    await done('engine', 'stop');
    const before = digest(database.path);
    writeFileSync(`${database.path}.version`, '1.9.3');
    await done('engine', 'start');
    expect(digest(`${database.path}.of-1.9.3`)).toBe(before);
    expect((await status()).database.version).toBe(database.version);
  });

  it('refuses a server that is older than its database, where the pinned one cannot be had', async () => {
    await done('engine', 'stop');
    const cache = mkdtempSync('/var/tmp/kha-cache-');
    const away = ground('none', {
      PATH,
      XDG_STATE_HOME: folder,
      XDG_CACHE_HOME: cache,
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
      PIP_RETRIES: '0',
    });
    const { code, stderr } = await away.kha('engine', 'start');
    away.remove();
    rmSync(cache, { recursive: true });
    expect(code).toBe(1);
    expect(stderr).toMatch(/holds Temporal's server 1\.20\.0, and .*temporal\.db was written by 1\.\d+\.\d+/);
    expect((await kha('engine', 'status')).stdout).toMatch(/^not running/);
  });
});

it(
  'the engine fetches a program that was purged, at a start and under a running watcher',
  { timeout: 180_000 },
  async () => {
    const cache = mkdtempSync('/var/tmp/kha-cache-');
    const purged = ground('none', { XDG_CACHE_HOME: cache });
    const purge = (): void => rmSync(cache, { recursive: true });
    try {
      await purged.done('engine', 'start');
      await purged.done('engine', 'stop');
      purge();
      await purged.done('engine', 'start');
      const { processes } = await statusOf(purged.done);
      purge();
      process.kill(processes.server!, 'SIGKILL');
      await ended([processes.server]);
      await expect.poll(async () => (await statusOf(purged.done)).running, { timeout: 30_000 }).toBe(true);
    } finally {
      await purged.done('engine', 'stop');
      purged.remove();
      mkdirSync(cache, { recursive: true });
      purge();
    }
  },
);

it('on another system than Linux the engine says at once what to do instead', async () => {
  const mac = ground('none', {
    NODE_OPTIONS: `--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})`,
  });
  const { code, stderr } = await mac.kha('engine', 'start');
  mac.remove();
  expect(code).toBe(1);
  expect(stderr).toMatch(/needs Linux, and this is darwin: .*set TEMPORAL_ADDRESS/);
});

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

const listening = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
