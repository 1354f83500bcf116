import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../src/facts/fact.js';

/** Runs a command in a shell that finds just these programs, each a script of its own, and some of this machine’s. */
export function shellWith(
  programs: Readonly<Record<string, string>>,
  ofMachine: readonly string[],
  command: string,
): Output {
  const folder = mkdtempSync(join(tmpdir(), 'kha-shell-'));
  try {
    for (const name of ofMachine)
      symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(folder, name));
    for (const [name, script] of Object.entries(programs))
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
      encoding: 'utf8',
      env: { PATH: folder },
    });
    return { code: status ?? -1, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command in this machine’s shell while this process goes on: for those that ask a server of the test’s own. */
export const shellBeside = (command: string, env: NodeJS.ProcessEnv, stdin = ''): Promise<Output> =>
  new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { env });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...said }));
    // A program that does not read its input closes the pipe: its exit code tells what is to be told.
    child.stdin.on('error', () => child.stdin.destroy());
    child.stdin.end(stdin);
  });
