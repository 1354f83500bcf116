import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { holds, run } from '../../src/engine/run-program.js';
import { tied } from '../bench/tied.js';
import { inRoot } from '../root.js';

/** A network namespace on a lab's bridge, from which some addresses can be reached and no others. */
export interface Network {
  readonly name: string;
  readonly reaches: (address: string) => Promise<boolean>;
  /** Starts a worker of kha in it, with what it says in a file. */
  readonly worker: (log: string, env: Readonly<Record<string, string>>, ...args: string[]) => ChildProcess;
  /** Ends its workers, and removes it. */
  readonly remove: () => Promise<void>;
}

/** `own`: the address that is its own there; `reached`: those that it has a way to. */
export async function network(bridge: string, name: string, own: string, reached: readonly string[]): Promise<Network> {
  const ip = (...args: string[]): Promise<string> => run('ip', args);
  const children: ChildProcess[] = [];
  await ip('netns', 'add', name);
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  await ip('link', 'set', name, 'master', bridge, 'up');
  await ip('-n', name, 'addr', 'add', `${own}/32`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) await ip('-n', name, 'link', 'set', device, 'up');
  for (const address of reached) await ip('-n', name, 'route', 'add', `${address}/32`, 'dev', 'eth0');
  const ssh = (address: string): string[] => ['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/${address}/22`];
  return {
    name,
    reaches: (address) => holds('ip', ['netns', 'exec', name, ...ssh(address)]),
    worker(log, env, ...args) {
      const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
      const words = ['ip', 'netns', 'exec', name, process.execPath, inRoot('bin/kha.js'), 'worker', ...args];
      const file = openSync(log, 'a', 0o600);
      // Each of these programs becomes the next: the process is the worker's.
      const child = tied('env', [...settings, ...words], ['ignore', file, file]);
      children.push(child);
      return child;
    },
    async remove() {
      for (const child of children)
        if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit');
      // Its end of the cable goes with it.
      await ip('netns', 'del', name);
    },
  };
}
