// What has to be there before any TypeScript can run: npm packages and the compiled program. Plain JavaScript, no imports
// but Node's own, because it runs on a machine that has nothing else yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program with this one's streams; throws with its name and exit code when it fails. */
export function run(command, args, options = {}) {
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw new Error(`${command} could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? `exit code ${status}`}`);
}

/** Says what is done and how long it took. */
export function timed(what, work) {
  const begun = Date.now();
  console.log(`· ${what}`);
  work();
  console.log(`✓ ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

/** Brings npm packages and dist/ up to date; nothing to do takes milliseconds. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3))
    throw new Error(`Node ${process.versions.node} is too old: 20.3 or later is needed`);
  whenStale('node_modules/.kha-installed', ['package-lock.json'], 'Installing npm packages', () =>
    run('npm', ['ci', '--no-audit', '--no-fund']),
  );
  whenStale(
    'dist/.kha-built',
    ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...sources('src'), ...sources('lab')],
    'Compiling',
    () => run('npm', ['run', '--silent', 'build']),
  );
}

/** The benches as well, compiled apart: what is measured is compiled as it is installed, and none of it is packed. */
export function setUpBench() {
  setUp();
  whenStale(
    'dist/bench/.kha-built',
    ['package-lock.json', 'tsconfig.json', 'tsconfig.bench.json', ...sources('src'), ...sources('test')],
    'Compiling the benches',
    () => run('npx', ['tsc', '-p', 'tsconfig.bench.json']),
  );
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('.ts') && statSync(join(root, name)).isFile())
    .sort();
}

/** Does the work unless the mark holds the digest of these very files, so that a run cut short is done again. */
function whenStale(mark, files, what, work) {
  const hash = createHash('sha256');
  for (const name of files) hash.update(name).update(readFileSync(join(root, name)));
  const digest = hash.digest('hex');
  const path = join(root, mark);
  if (existsSync(path) && readFileSync(path, 'utf8') === digest) return;
  timed(what, work);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, digest);
}

/** Ends with one sentence instead of a stack trace. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
