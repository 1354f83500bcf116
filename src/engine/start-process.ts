import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { heapOptions } from './heap.js';
import { markOf, type ProcessName } from './own-processes.js';
import { engineFile } from './settings.js';

const program = fileURLToPath(new URL('../../../bin/kha.js', import.meta.url));

export const logs: Readonly<Record<ProcessName, string>> = {
  watcher: 'watcher.log',
  server: 'server.log',
  worker: 'worker.log',
};

/** Starts one of kha's own commands so that it outlives this process and its terminal; gives its id. */
export const startKha = (name: ProcessName, id: string, args: readonly string[]): Promise<number> =>
  startProcess(name, id, process.execPath, [...heapOptions, program, ...args]);

/** Starts a process of the engine with `id`, marked as such; gives its process id. Throws when it cannot be run. */
export async function startProcess(
  name: ProcessName,
  id: string,
  command: string,
  args: readonly string[],
): Promise<number> {
  const output = openSync(engineFile(logs[name]), 'a', 0o600);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        detached: true,
        stdio: ['ignore', output, output],
        env: { ...process.env, ...markOf(name, id) },
      });
      child.once('error', (error) => reject(new Error(`${command} could not be run: ${error.message}`)));
      child.once('spawn', () => {
        child.unref();
        resolve(child.pid!);
      });
    });
  } finally {
    closeSync(output);
  }
}
