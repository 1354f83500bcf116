import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Exit codes besides 0 that are no failure. */
  readonly allow?: readonly number[];
}

/** Runs a program of this machine without a shell and gives its standard output. Throws with command, exit code and what it said last. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env, stdin, allow = [] }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    // A program that does not read its input closes the pipe: its exit code tells what is to be told.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(stdin ?? '');
    child.on('error', (error) => reject(new Error(`${command} could not be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      const text = Buffer.concat(output).toString('utf8');
      if (code === 0 || (code !== null && allow.includes(code))) return resolve(text);
      const said = Buffer.concat(errors).toString('utf8').trim() || text.trim();
      reject(
        new Error(
          `${command} ${args.join(' ').slice(0, 300)} ended with ${signal ?? `exit code ${code}`}: ${said.split('\n').slice(-15).join('\n')}`,
        ),
      );
    });
  });
}

/** Whether a program says yes (exit code 0). */
export async function holds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}
