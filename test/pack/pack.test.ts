import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kha-pack-'));
const prefix = join(folder, 'prefix');
const home = join(folder, 'home');

/** kha as it was installed, in a home folder that knows nothing of this repository. */
function kha(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(prefix, 'bin', 'kha'), args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache'),
    },
  });
  return { code: status, stdout, stderr };
}

describe('the packed tarball in an empty prefix', () => {
  let files: string[];
  let said: string;
  beforeAll(() => {
    const packed = execFileSync('npm', ['pack', '--silent', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    const [tarball] = JSON.parse(packed.slice(packed.indexOf('['))) as [
      { filename: string; files: { path: string }[] },
    ];
    files = tarball.files.map(({ path }) => path);
    // Without scripts: none of what kha needs is compiled, or made in any other way, at install time.
    const options = [
      '--global',
      '--prefix',
      prefix,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel',
      'warn',
    ];
    const install = spawnSync('npm', ['install', ...options, join(folder, tarball.filename)], {
      cwd: folder,
      encoding: 'utf8',
    });
    said = install.stdout + install.stderr;
    expect(install.status, said).toBe(0);
  });
  afterAll(() => {
    kha('engine', 'stop');
    rmSync(folder, { recursive: true });
  });

  it('holds the compiled program, its workflow bundles and its modules, and nothing of the workshop', () => {
    for (const path of [
      'bin/kha.js',
      'dist/src/client/main.js',
      'dist/workflow-bundle.js',
      'dist/workflow-bundle-encrypted.js',
      'dist/lab/index.js',
      'src/bundle/modules/kubernetes/go.mod',
    ])
      expect(files).toContain(path);
    expect(
      files.filter((path) =>
        /^(test|scripts|lab)\/|\.map$|^src\/(?!bundle\/modules)|^dist\/(test|lab\/(faults|standing))/.test(path),
      ),
    ).toEqual([]);
  });

  it('installs what was pinned, and compiles nothing', () => {
    const modules = join(prefix, 'lib/node_modules/kubernetes-ha/node_modules');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const [name, wanted] of Object.entries(dependencies).filter(([, wanted]) => /^\d/.test(wanted))) {
      const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string };
      expect(version, name).toBe(wanted);
    }
    expect(existsSync(join(modules, 'vitest'))).toBe(false);
    const built = readdirSync(modules, { recursive: true }).filter((name) => /\/build\/Release\//.test(String(name)));
    expect(built).toEqual([]);
    expect(said).not.toContain('node-gyp');
  });

  it('says what it is, writes a spec and checks it', () => {
    expect(kha('--version').stdout.trim()).toBe(version);
    expect(kha('--help').stdout).toContain('kha init cluster.yaml');
    expect(kha('init', 'cluster.yaml')).toMatchObject({ code: 0, stderr: '' });
    expect(kha('validate', 'cluster.yaml')).toMatchObject({ code: 0, stderr: '' });
    expect(kha('bundle', '--help').code).toBe(0);
    expect(kha('lab', 'status').stderr).not.toMatch(/Cannot find module/);
  });

  it('packs itself for a machine without a network', () => {
    const packed = kha('bundle', 'self', '--output', 'kha.tar.gz');
    expect(packed, packed.stderr).toMatchObject({ code: 0 });
    execFileSync('tar', ['-xzf', 'kha.tar.gz'], { cwd: folder });
    const launcher = join(folder, `kha-${version}-${process.platform}-${process.arch}`, 'bin/kha');
    expect(execFileSync(launcher, ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
  }, 600_000);

  it('starts its engine and a worker of it', async () => {
    const started = kha('engine', 'start');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    const log = (): string => readFileSync(join(home, '.local/state/kha/engine/worker.log'), 'utf8');
    await expect.poll(log, { timeout: 60_000 }).toMatch(/worker \d+ serves kubernetes-ha/);
    expect(log()).not.toContain('webpack');
  });
});
