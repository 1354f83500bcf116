import { spawn } from 'node:child_process';
import type { Internet } from '../lab/internet/internet.js';
import { answer, type Fact, type Output } from '../src/facts/fact.js';
import type { Folder } from './bundle/samples.js';

/** A host’s shell, whose curl finds every site of the internet where a test has it. */
export function hostOn({ listening: { host, port } }: Pick<Internet, 'listening'>, folder: Folder) {
  folder.file('.curlrc', `connect-to = "::${host}:${port}"\n`);
  const run = (command: string, stdin = ''): Promise<Output> =>
    new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', command], { env: { PATH: process.env['PATH'], CURL_HOME: folder.path } });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, ...said }));
      child.stdin.end(stdin);
    });
  const ask = async <T>(fact: Fact<T>): Promise<T> => answer(fact, await run(fact.command, fact.stdin));
  return { run, ask };
}
