import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { admit, databaseFile, databaseVersion, serverVersion } from './database.js';
import { stateFolder } from './folders.js';
import { locked } from './lock.js';
import { claimMachine, releaseMachine, requireLinux } from './machine.js';
import { otherUsers } from './other-users.js';
import { ownProcesses, type ProcessName } from './own-processes.js';
import { listensOn } from './ports.js';
import { alive, contentOf, endProcess } from './process.js';
import type { Report } from './report.js';
import { engineFile, newSettings, readSettings, settingsFile, type Settings } from './settings.js';
import { logs, startKha } from './start-process.js';
import { Starting } from './starting.js';
import { temporalCli } from './temporal-cli.js';

/** The embedded engine: Temporal's dev server on a database file, its UI, and a worker, kept running by a watcher. */
export interface Engine {
  /** Another id in the same folder is an engine whose folder was removed. */
  readonly id: string;
  readonly address: string;
  readonly ui: string;
}

export const processFiles: Readonly<Record<ProcessName, string>> = {
  watcher: engineFile('watcher.json'),
  server: engineFile('server.json'),
  worker: engineFile('worker.json'),
};
/** How long the worker may take to end, and how often a start is looked at; milliseconds. */
const patience = 30_000;
const interval = 50;

export const engineOf = ({ id, port, uiPort }: Settings): Engine => ({
  id,
  address: `127.0.0.1:${port}`,
  ui: `http://127.0.0.1:${uiPort}`,
});

/** The engine's addresses where it was ever started. */
export async function knownEngine(): Promise<Engine | undefined> {
  const settings = await readSettings();
  return settings && engineOf(settings);
}

/** Finds the engine running, or starts it; several clients at once start one. Returns once its server and worker run. */
export async function ensureEngine(report: Report): Promise<Engine> {
  requireLinux();
  const found = await running();
  if (found) return engineOf(found);
  await mkdir(stateFolder('engine'), { recursive: true, mode: 0o700 });
  return locked(engineFile('lock'), async () => {
    await rm(stopMark(), { force: true });
    if ((await alive(processFiles.watcher)) === undefined || !(await readSettings())) await prepare(report);
    return started();
  });
}

/** Starts a watcher, and waits until all of the engine runs. Throws when that is vain. */
async function started(): Promise<Engine> {
  const begun = Date.now();
  const starting = new Starting(begun);
  for (;;) {
    const settings = await running();
    if (settings) return engineOf(settings);
    if (starting.isVain(await living(), Date.now())) throw new Error(await notStarted(Date.now() - begun));
    await startWatcher();
    await sleep(interval);
  }
}

/** The engine's worker, if it runs. */
export const engineWorker = (): Promise<number | undefined> => alive(processFiles.worker);

/**
 * Tells, as often as it is asked, whether the engine's worker may still come to ask for tasks: its watcher lives, and the start
 * is not vain yet.
 */
export function awaitedWorker(): () => Promise<boolean> {
  const starting = new Starting(Date.now());
  return async () => {
    const pids = await living();
    return pids.watcher !== undefined && !starting.isVain(pids, Date.now());
  };
}

/**
 * Ends the worker with this process id, and the watcher, which would start the same code again, and starts those of this
 * code. The server stays. Where another client renewed the worker meanwhile, that one stays too.
 */
export async function renewWorker(pid: number): Promise<void> {
  await locked(engineFile('lock'), async () => {
    if ((await engineWorker()) !== pid) return;
    await endProcesses('watcher', 'worker');
    await started();
  });
}

/** What can keep the engine from starting is found out here, where a person reads it, and not by the watcher. */
async function prepare(report: Report): Promise<void> {
  await claimMachine();
  if (!(await readSettings())) {
    const lost = existsSync(settingsFile());
    // Processes of an engine whose settings are gone: nobody could say which port is theirs.
    await endAll();
    const { port } = await newSettings();
    if (lost)
      report({ what: `${settingsFile()} was damaged and is made anew; the server has port ${port}`, state: 'warning' });
  }
  const program = await temporalCli(report);
  if (!(await ownProcesses()).some(({ name }) => name === 'server')) await admit(program, await serverVersion(program));
  const others = await otherUsers();
  if (others.length > 0)
    report({
      what: `other users are logged in here (uid ${others.join(', ')}): the engine's ports on 127.0.0.1 ask nobody for a password, so they could read and steer its runs (docs/security.md)`,
      state: 'warning',
    });
}

/** Starts a watcher unless one runs; one too many ends by itself. */
async function startWatcher(): Promise<void> {
  const settings = await readSettings();
  if (!settings || (await ownProcesses()).some(({ name, id }) => name === 'watcher' && id === settings.id)) return;
  await startKha('watcher', settings.id, ['engine', 'watch']);
}

/** The settings when all three processes run and the server itself, not another program, listens on its port. */
async function running(): Promise<Settings | undefined> {
  const [settings, ...pids] = await Promise.all([readSettings(), ...Object.values(processFiles).map(alive)]);
  const server = await alive(processFiles.server);
  if (!settings || server === undefined || pids.includes(undefined)) return undefined;
  return (await listensOn(server, settings.port)) ? settings : undefined;
}

async function living(): Promise<Record<ProcessName, number | undefined>> {
  const [watcher, server, worker] = await Promise.all(
    [processFiles.watcher, processFiles.server, processFiles.worker].map(alive),
  );
  return { watcher, server, worker };
}

/** One sentence with what watcher and server said last. */
async function notStarted(elapsed: number): Promise<string> {
  const said = await Promise.all(
    [logs.watcher, logs.server, logs.worker].map(async (log) => {
      const last = (await contentOf(engineFile(log)))?.trim().split('\n').at(-1);
      return last ? `${log}: ${last.slice(0, 300)}` : '';
    }),
  );
  return `the embedded engine did not start within ${Math.round(elapsed / 1000)} s; its logs in ${stateFolder('engine')} end with\n${said.filter(Boolean).join('\n')}`;
}

const stopMark = (): string => engineFile('stopped');

/** Whether a person stopped it, and nobody started it since: a client that only watches does not start it again then. */
export const isStopped = (): boolean => existsSync(stopMark());

/** Ends watcher, worker and server, in this order: the worker lets its attempts go, and what runs on hosts goes on. */
export async function stopEngine(): Promise<void> {
  requireLinux();
  if (!existsSync(stateFolder('engine'))) return;
  await writeFile(stopMark(), '');
  await endAll();
  await releaseMachine();
}

/** Ends every process that was noted down, and every one that bears the engine's mark. */
const endAll = (): Promise<void> => endProcesses('watcher', 'worker', 'server');

async function endProcesses(...names: readonly ProcessName[]): Promise<void> {
  for (const name of names) {
    const noted = await alive(processFiles[name]);
    const marked = (await ownProcesses()).filter((process) => process.name === name).map(({ pid }) => pid);
    for (const pid of new Set(noted === undefined ? marked : [noted, ...marked]))
      await (name === 'worker' ? endWorker(pid) : endProcess(pid, 'SIGTERM'));
    await rm(processFiles[name], { force: true });
  }
}

/** Where it waits for hosts that do not answer, it is not waited for any longer: the next one takes its attempts over. */
async function endWorker(pid: number): Promise<void> {
  try {
    await endProcess(pid, 'SIGTERM', patience);
  } catch {
    await endProcess(pid, 'SIGKILL');
  }
}

export interface EngineStatus extends Partial<Engine> {
  readonly running: boolean;
  readonly processes: Readonly<Record<ProcessName, number | undefined>>;
  /** `version`: of the server that wrote it last. */
  readonly database: { readonly path: string; readonly bytes: number; readonly version?: string };
  readonly logs: readonly string[];
}

export async function engineStatus(): Promise<EngineStatus> {
  const path = databaseFile();
  return {
    ...(await knownEngine()),
    running: (await running()) !== undefined,
    processes: await living(),
    database: { path, bytes: existsSync(path) ? (await stat(path)).size : 0, version: await databaseVersion() },
    logs: Object.values(logs).map(engineFile),
  };
}
