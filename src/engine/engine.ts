import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stateFolder } from './folders.js';
import { alive, end, startTime } from './process.js';
import type { Report } from './report.js';
import { temporalCli } from './temporal-cli.js';

/** The embedded engine: Temporal's dev server on a database file, its UI, and a worker, kept running by a watcher. */
export interface Engine {
  readonly address: string;
  readonly ui: string;
  /** Path of Temporal's CLI. */
  readonly temporal: string;
}

export const engineFile = (name: string): string => stateFolder('engine', name);
export const processFiles = {
  watcher: engineFile('watcher.json'),
  server: engineFile('server.json'),
  worker: engineFile('worker.json'),
};
const settings = engineFile('engine.json');
const program = fileURLToPath(new URL('../../../bin/kha.js', import.meta.url));

/** The engine's settings where it was ever started. */
export async function knownEngine(): Promise<Engine | undefined> {
  return existsSync(settings) ? (JSON.parse(await readFile(settings, 'utf8')) as Engine) : undefined;
}

/** Finds the engine running, or starts it; several clients at once start one. Returns once its server and worker run. */
export async function ensureEngine(report: Report): Promise<Engine> {
  await mkdir(stateFolder('engine'), { recursive: true, mode: 0o700 });
  const known = await knownEngine();
  if (known && (await running())) return known;
  return locked(async () => {
    const engine = (await knownEngine()) ?? (await choose(report));
    if (!(await alive(processFiles.watcher))) start(['engine', 'watch'], 'watcher.log');
    const deadline = Date.now() + 30_000;
    while (!((await running()) && (await listens(engine.address)))) {
      if (Date.now() > deadline)
        throw new Error(`the embedded engine did not start within 30 s; its logs: ${stateFolder('engine')}`);
      await sleep(50);
    }
    return engine;
  });
}

const running = async (): Promise<boolean> =>
  (await Promise.all(Object.values(processFiles).map(alive))).every((pid) => pid !== undefined);

/** Ends watcher, worker and server, in this order: the worker lets its attempts go, and what runs on hosts goes on. */
export async function stopEngine(): Promise<void> {
  await end(processFiles.watcher, 'SIGTERM');
  await end(processFiles.worker, 'SIGTERM', 30_000);
  await end(processFiles.server, 'SIGTERM');
}

export interface EngineStatus extends Partial<Engine> {
  readonly running: boolean;
  readonly processes: Readonly<Record<keyof typeof processFiles, number | undefined>>;
  readonly database: { readonly path: string; readonly bytes: number };
  readonly logs: readonly string[];
}

export async function engineStatus(): Promise<EngineStatus> {
  const path = engineFile('temporal.db');
  const pids = await Promise.all(
    Object.entries(processFiles).map(async ([name, file]) => [name, await alive(file)] as const),
  );
  return {
    ...(await knownEngine()),
    running: pids.every(([, pid]) => pid !== undefined),
    processes: Object.fromEntries(pids) as EngineStatus['processes'],
    database: { path, bytes: existsSync(path) ? (await stat(path)).size : 0 },
    logs: ['watcher.log', 'server.log', 'worker.log'].map(engineFile),
  };
}

/** Starts one of kha's own commands so that it outlives this process and its terminal. */
export function start(
  args: readonly string[],
  log: string,
  command = process.execPath,
  first: readonly string[] = [program],
): number {
  const output = openSync(engineFile(log), 'a', 0o600);
  const child = spawn(command, [...first, ...args], { detached: true, stdio: ['ignore', output, output] });
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  return child.pid;
}

/** Ports are chosen once and kept, so that addresses in terminals and browsers stay true. */
async function choose(report: Report): Promise<Engine> {
  const temporal = await temporalCli(report);
  const port = await freePort(7233);
  const ui = await freePort(8233);
  const engine = { address: `127.0.0.1:${port}`, ui: `http://127.0.0.1:${ui}`, temporal };
  await writeFile(settings, JSON.stringify(engine), { mode: 0o600 });
  await chmod(settings, 0o600);
  return engine;
}

function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? reject(new Error('no free port on 127.0.0.1')) : resolve(freePort(0))));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function listens(address: string): Promise<boolean> {
  const { connect } = await import('node:net');
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true)).once('error', done(false));
  });
}

/** One client starts the engine while the others wait for it; the lock of a client that died counts for nothing. */
async function locked<T>(work: () => Promise<T>): Promise<T> {
  const lock = engineFile('lock');
  for (;;) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(JSON.stringify({ pid: process.pid, started: await startTime(process.pid) }));
      await file.close();
      break;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
      // Younger than a second it may not be written yet.
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > 1_000 && (await alive(lock)) === undefined) await rm(lock, { force: true });
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
