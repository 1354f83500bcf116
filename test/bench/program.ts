import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { heapOptions } from '../../src/engine/heap.js';
import { tied } from './tied.js';

/** Runs a program to its end and gives what it printed. Throws with its words when it failed. */
export async function ended(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  return stdout;
}

/** A program of this folder or one below, compiled, as a process of its own. */
export const compiled = (name: string): string => fileURLToPath(new URL(`${name}.js`, import.meta.url));

/** Starts a worker and waits until it serves its queue. */
export async function startWorker(program: string, args: readonly string[]): Promise<ChildProcess> {
  const worker = tied(process.execPath, [...heapOptions, program, ...args], ['ignore', 'pipe', 'inherit']);
  await new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    worker.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes(' serves ') && resolve());
  });
  return worker;
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
}
