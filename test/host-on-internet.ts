import type { Internet } from '../lab/internet/internet.js';
import { answer, type Fact, type Output } from '../src/facts/fact.js';
import type { Folder } from './bundle/samples.js';
import { shellBeside } from './shell.js';

/** A host’s shell, whose curl finds every site of the internet where a test has it. */
export function hostOn({ listening: { host, port } }: Pick<Internet, 'listening'>, folder: Folder) {
  folder.file('.curlrc', `connect-to = "::${host}:${port}"\n`);
  const env = { PATH: process.env['PATH'], CURL_HOME: folder.path };
  const run = (command: string, stdin = ''): Promise<Output> => shellBeside(command, env, stdin);
  const ask = async <T>(fact: Fact<T>): Promise<T> => answer(fact, await run(fact.command, fact.stdin));
  return { run, ask };
}
