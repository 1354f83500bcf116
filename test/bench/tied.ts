import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';

/** Starts a process that ends with this one: a bench that is killed leaves nothing behind. */
export const tied = (command: string, args: readonly string[], stdio: StdioOptions): ChildProcess =>
  spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { stdio });
