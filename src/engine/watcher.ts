import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { searchAttributes } from '../workflows/messages.js';
import { engineFile, knownEngine, processFiles, start, type Engine } from './engine.js';
import { alive, remember } from './process.js';

/** How often the watcher looks, and the pauses it makes for a process that keeps dying; milliseconds. */
const interval = 200;
const longest = 5_000;

/**
 * Keeps server and worker running until told to stop. It finds them by the process files, so a new watcher takes over
 * what one that was killed left running.
 */
export async function watch(): Promise<void> {
  const engine = await knownEngine();
  if (!engine) throw new Error('the engine has no settings yet: start it with kha engine start');
  if ((await alive(processFiles.watcher)) !== undefined) return;
  await remember(processFiles.watcher, process.pid);
  process.umask(0o077);
  let stopped = false;
  process.once('SIGTERM', () => (stopped = true));
  process.on('SIGHUP', () => undefined);
  const server = keeper('server', () => startServer(engine));
  const worker = keeper('worker', async () => Promise.resolve(start(['worker'], 'worker.log')));
  while (!stopped) {
    await server();
    await worker();
    await sleep(interval);
  }
}

/** Starts a process again whenever it is found dead, at once the first time and slower each time it dies within a minute. */
function keeper(name: 'server' | 'worker', begin: () => Promise<number>): () => Promise<void> {
  let pause = 0;
  let begun = 0;
  return async () => {
    if ((await alive(processFiles[name])) !== undefined || Date.now() < begun + pause) return;
    pause = Date.now() - begun < 60_000 ? Math.min(longest, pause * 2 + 250) : 0;
    begun = Date.now();
    await remember(processFiles[name], await begin());
    console.log(`${new Date().toISOString()} started the ${name}`);
  };
}

async function startServer({ address, ui, temporal }: Engine): Promise<number> {
  const database = engineFile('temporal.db');
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const port = (url: string): string => url.slice(url.lastIndexOf(':') + 1);
  const args = [
    'server',
    'start-dev',
    '--db-filename',
    database,
    '--ip',
    '127.0.0.1',
    '--port',
    port(address),
    '--ui-ip',
    '127.0.0.1',
    '--ui-port',
    port(ui),
    '--log-level',
    'error',
    ...attributes,
  ];
  const pid = start(args, 'server.log', temporal, []);
  await chmod(database, 0o600).catch((error: NodeJS.ErrnoException) => {
    // The first start has not made it yet, and makes it under this process's umask.
    if (error.code !== 'ENOENT') throw error;
  });
  return pid;
}
