import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kha-node-'));
/** The oldest that package.json allows, and the newest of each maintained line that npm's copies of Node had here. */
const versions = ['20.3.0', '22.23.3', '24.21.0', '26.10.0'];
const nodeOf = (release: string): string => join(folder, release, 'bin/node');

/** npm's packages of Node's own binaries, which hold what nodejs.org gives out. */
function fetchNode(release: string): void {
  const name = `node-${process.platform}-${process.arch}@${release}`;
  const archive = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, name], { encoding: 'utf8' });
  execFileSync('mkdir', [join(folder, release)]);
  execFileSync('tar', [
    ...['-xzf', join(folder, archive.trim()), '--strip-components', '1', '-C', join(folder, release)],
    'package/bin/node',
  ]);
}

describe.each(versions)('kha on Node %s', (release) => {
  const state = join(folder, `state-${release}`);
  const run = (args: readonly string[], env = {}): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(nodeOf(release), args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, XDG_STATE_HOME: state, ...env },
    });
    return { code: status, stdout, stderr };
  };
  const kha = (...args: string[]) => run([join(root, 'bin/kha.js'), ...args]);

  beforeAll(() => {
    if (release === versions[0]) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
    fetchNode(release);
    expect(run(['--version']).stdout).toBe(`v${release}\n`);
  });
  afterEach(() => {
    if (existsSync(state)) kha('engine', 'stop');
  });

  it('says what it is, writes a spec and checks it', () => {
    const spec = join(folder, `${release}.yaml`);
    expect(kha('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(kha('init', spec)).toMatchObject({ code: 0, stderr: '' });
    expect(kha('validate', spec)).toMatchObject({ code: 0, stderr: '' });
  });

  it('starts its engine and a worker of it, whose core is native code', async () => {
    const started = kha('engine', 'start');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    const log = (): string => readFileSync(join(state, 'kha/engine/worker.log'), 'utf8');
    await expect.poll(log, { timeout: 60_000 }).toMatch(/worker \d+ serves kubernetes-ha/);
    const { processes } = JSON.parse(kha('engine', 'status', '--output', 'json').stdout) as {
      processes: Record<string, number>;
    };
    expect(execFileSync('readlink', [`/proc/${processes['worker']}/exe`], { encoding: 'utf8' })).toBe(
      `${nodeOf(release)}\n`,
    );
  });

  // vitest itself needs a newer one than the oldest of 20.
  it.skipIf(release.startsWith('20.'))(
    'passes the tests of specs, facts, steps and their golden files',
    () => {
      const parts = ['cluster', 'facts', 'steps', 'golden'].map((part) => `test/${part}`);
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const tests = run([vitest, 'run', '--project', 'unit', ...parts], { VITEST: undefined });
      expect(tests, tests.stdout.slice(-2_000) + tests.stderr).toMatchObject({ code: 0 });
    },
    900_000,
  );
});

afterAll(() => rmSync(folder, { recursive: true }));
