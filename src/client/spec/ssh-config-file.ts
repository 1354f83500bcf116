import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import SSHConfig from 'ssh-config';
import { UsageError } from '../explain.js';

/** What ssh_config(5) says of one name, by options in lower case. */
export type Options = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How often one file may include another (as OpenSSH, readconf.c). */
const deepest = 16;

/** The operator's own file; undefined where there is none. Throws what reading it throws. */
export async function readSshConfig(
  file = join(homedir(), '.ssh', 'config'),
): Promise<((name: string) => Options) | undefined> {
  const lines = await parsed(file, 0);
  // What `Match exec` would run is nothing that reading a spec may run.
  return lines && ((name) => lines.compute(name, { ignoreCase: true, matchExec: false }));
}

/** The file with the files that it includes ahead of its first Host or Match, which the library leaves out. */
async function parsed(file: string, depth: number): Promise<SSHConfig | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(`${file} cannot be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  const whole = SSHConfig.parse('');
  whole.length = 0;
  for (const line of SSHConfig.parse(text)) {
    if (line.type !== SSHConfig.DIRECTIVE || !/^include$/i.test(line.param)) {
      whole.push(line);
      continue;
    }
    const patterns = typeof line.value === 'string' ? line.value.split(/\s+/) : line.value.map(({ val }) => val);
    const files = (await Promise.all(patterns.map((pattern) => named(pattern)))).flat();
    if (depth >= deepest) throw new UsageError(`${file} includes files that include others without end`);
    for (const one of files) whole.push(...((await parsed(one, depth + 1)) ?? []));
  }
  return whole;
}

/** Files of a pattern; `*` and `?` may stand in the last part of its path. */
async function named(pattern: string): Promise<string[]> {
  const home = pattern.replace(/^~(?=\/)/, homedir());
  const path = isAbsolute(home) ? home : join(homedir(), '.ssh', home);
  if (!/[*?]/.test(path)) return [path];
  const expression = basename(path)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const names = await readdir(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => new RegExp(`^${expression}$`).test(name))
    .sort()
    .map((name) => join(dirname(path), name));
}
