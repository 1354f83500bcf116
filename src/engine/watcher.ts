import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { admit, databaseFile, serverVersion } from './database.js';
import { devServer } from './dev-server.js';
import { engineOf, processFiles } from './engine.js';
import { rotate } from './logs.js';
import { ownProcesses, takeMark, type ProcessName } from './own-processes.js';
import { freePorts, readSettings, writeSettings, engineFile, type Settings } from './settings.js';
import { isFree } from './ports.js';
import { alive, end, remember } from './process.js';
import { logs, startKha, startProcess } from './start-process.js';
import { temporalCli } from './temporal-cli.js';
import { endEngine } from './when-removed.js';

/** How often the watcher looks, and the pauses it makes for a process that keeps dying; milliseconds. */
const interval = 200;
const longest = 5_000;

/**
 * Keeps server and worker running until told to stop, or until the state folder is removed, which ends them too. It finds
 * them by the process files and by their marks, so a new watcher takes over what one that was killed left running.
 */
export async function watch(): Promise<void> {
  const id = takeMark()?.id;
  if (id === undefined) throw new Error('the engine’s watcher is started by kha itself: kha engine start');
  // Of two that were started at once the older stays.
  const first = (await ownProcesses()).find((process) => process.name === 'watcher');
  if (first && first.pid !== process.pid) return;
  try {
    await remember(processFiles.watcher, process.pid);
    await keep(id);
  } finally {
    // Also where a file was missed in the middle of something.
    if ((await readSettings())?.id !== id) await endEngine(id);
  }
}

/** Returns when it is told to stop, or when the settings are gone or another engine's. */
async function keep(id: string): Promise<void> {
  process.umask(0o077);
  let stopped = false;
  process.once('SIGTERM', () => (stopped = true));
  process.on('SIGHUP', () => undefined);
  const server = keeper('server', id, startServer);
  const worker = keeper('worker', id, () => startKha('worker', id, ['worker']));
  for (;;) {
    const settings = await readSettings();
    if (stopped || settings?.id !== id) return;
    await server(settings);
    await worker(settings);
    for (const log of Object.values(logs)) await rotate(engineFile(log));
    await sleep(interval);
  }
}

/** Starts a process again whenever it is found dead, at once the first time and slower each time it dies within a minute. */
function keeper(
  name: ProcessName,
  id: string,
  begin: (settings: Settings) => Promise<number>,
): (settings: Settings) => Promise<void> {
  let pause = 0;
  let begun = 0;
  return async (settings) => {
    if ((await alive(processFiles[name])) !== undefined || Date.now() < begun + pause) return;
    // A watcher that was killed had started it and not noted it yet.
    const orphan = (await ownProcesses()).find((process) => process.name === name && process.id === id);
    if (orphan) return remember(processFiles[name], orphan.pid);
    pause = Date.now() - begun < 60_000 ? Math.min(longest, pause * 2 + 250) : 0;
    begun = Date.now();
    try {
      await remember(processFiles[name], await begin(settings));
      say(`started the ${name}`);
    } catch (error) {
      say(`the ${name} could not be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

const say = (what: string): void => console.log(`${new Date().toISOString()} ${what}`);

/** Starts the server, on other ports where a program of somebody else's took its own meanwhile. */
async function startServer(known: Settings): Promise<number> {
  const program = await temporalCli(({ what, state }) => say(`${what}: ${state}`));
  await admit(program, await serverVersion(program));
  const settings = await withFreePorts(known);
  const pid = await startProcess('server', settings.id, program, devServer(databaseFile(), settings));
  await chmod(databaseFile(), 0o600).catch((error: NodeJS.ErrnoException) => {
    // The first start has not made it yet, and makes it under this process's umask.
    if (error.code !== 'ENOENT') throw error;
  });
  return pid;
}

/** The settings, with other ports where theirs are taken; the worker then comes again with the new address. */
async function withFreePorts(settings: Settings): Promise<Settings> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if ((await isFree(settings.port)) && (await isFree(settings.uiPort))) return settings;
    // A server that was just killed may still be letting go of them.
    await sleep(100);
  }
  const moved = await writeSettings({ ...settings, ...(await freePorts(settings)) });
  say(
    `another program listens on the engine's ports, which moves to ${engineOf(moved).address} and ${engineOf(moved).ui}`,
  );
  await end(processFiles.worker, 'SIGTERM', 30_000);
  return moved;
}
