import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from './version.js';

/**
 * Which kha this is, `0.1.0 (1f2e3d4c)`: its version, and the beginning of a SHA-256 over its program files, as two copies of
 * one version may differ. Read once, so that it stays what was loaded.
 */
export function runningCode(): Promise<string> {
  return (known ??= digest().then((found) => `${version} (${found})`));
}
let known: Promise<string> | undefined;

async function digest(): Promise<string> {
  const folder = dirname(fileURLToPath(import.meta.url));
  const names = (await readdir(folder, { recursive: true })).filter((name) => /(?<!\.d)\.[jt]s$/.test(name)).sort();
  const hash = createHash('sha256');
  // Hundreds of small files: to wait for each would take three times as long, and nothing else is under way yet.
  for (const name of names) hash.update(`${name.replace(/\.[jt]s$/, '')}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 8);
}
