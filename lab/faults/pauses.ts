import { setTimeout as sleep } from 'node:timers/promises';
import { processFiles } from '../../src/engine/engine.js';
import { alive } from '../../src/engine/process.js';
import type { Fault } from './fault.js';

type Process = keyof typeof processFiles;

/** Stops processes of the engine as a debugger or a starved machine would, and lets them go on. */
const pause =
  (seconds: number, ...names: readonly Process[]) =>
  async (): Promise<void> => {
    const pids = await Promise.all(names.map((name) => alive(processFiles[name])));
    const found = pids.map((pid, index) => {
      if (pid === undefined) throw new Error(`the engine's ${names[index]} does not run, so it cannot be stopped`);
      return pid;
    });
    for (const pid of found) process.kill(pid, 'SIGSTOP');
    await sleep(seconds * 1000);
    for (const pid of found) process.kill(pid, 'SIGCONT');
  };

const victims: Readonly<Record<string, readonly ('worker' | 'server')[]>> = {
  worker: ['worker'],
  server: ['server'],
  both: ['worker', 'server'],
};

/**
 * Below, near and above the heartbeats' timeout. The suspended machine is told apart by its watcher, which stands still
 * too; its clock cannot be made to jump here.
 */
export const pauses: Readonly<Record<string, Fault>> = {
  ...Object.fromEntries(
    Object.entries(victims).flatMap(([who, names]) =>
      [5, 12, 40].map((seconds) => [
        `pause-${who}-${seconds}`,
        {
          does: `stop ${names.join(' and ')} for ${seconds} s`,
          at: 'initControlPlane',
          inject: pause(seconds, ...names),
        },
      ]),
    ),
  ),
  suspend: {
    does: 'stop worker, server and watcher for 60 s, as a suspended machine does',
    at: 'initControlPlane',
    inject: pause(60, 'watcher', 'worker', 'server'),
  },
};
