import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/engine/folders.js';

const run = promisify(execFile);
/** What kha is compared with, from PyPI. */
export const versions = { pyinfra: '3.10', 'ansible-core': '2.19.14' } as const;

/** The folder of the programs of both, in a virtual environment that is made the first time. */
export async function pythonPrograms(): Promise<string> {
  const wanted = Object.entries(versions).map(([name, version]) => `${name}==${version}`);
  const folder = cacheFolder('bench', wanted.join('-'));
  const bin = join(folder, 'bin');
  if (existsSync(join(folder, 'made'))) return bin;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  console.log(`· Fetching ${wanted.join(' and ')}`);
  // Debian has venv without what would put pip into one, and pip can install into another Python's place.
  await run('python3', ['-m', 'venv', '--without-pip', folder]);
  const options = ['--quiet', '--disable-pip-version-check', 'install'];
  await run('python3', ['-m', 'pip', '--python', join(bin, 'python'), ...options, ...wanted]);
  await mkdir(join(folder, 'making'));
  await rename(join(folder, 'making'), join(folder, 'made'));
  return bin;
}
