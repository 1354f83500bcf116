import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kha-self-'));
const archive = join(folder, 'kha.tar.gz');
const unpacked = join(folder, 'unpacked');
const home = join(folder, 'home');
const tools = join(folder, 'tools');
const network = `kha-self-${process.pid}`;

const pack = (to: string): string =>
  execFileSync(process.execPath, [join(root, 'bin/kha.js'), 'bundle', 'self', '--output', to], { encoding: 'utf8' });

/**
 * The packed kha on a machine that has neither network nor Node: a network namespace with loopback alone, a PATH with what
 * the launcher names and nothing else, and nothing of this environment.
 */
function kha(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const launcher = join(unpacked, readdirSync(unpacked)[0]!, 'bin/kha');
  const { status, stdout, stderr } = spawnSync(
    'ip',
    ['netns', 'exec', network, 'env', '-i', `PATH=${tools}`, `HOME=${home}`, launcher, ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  return { code: status, stdout, stderr };
}

describe('kha packed for a machine without a network', () => {
  beforeAll(() => {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
    pack(archive);
    for (const made of [unpacked, home, tools]) mkdirSync(made);
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    for (const name of ['dirname', 'readlink'])
      symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(tools, name));
    execFileSync('ip', ['netns', 'add', network]);
    execFileSync('ip', ['-n', network, 'link', 'set', 'lo', 'up']);
  });
  afterAll(() => {
    kha('engine', 'stop');
    execFileSync('ip', ['netns', 'del', network]);
    rmSync(folder, { recursive: true });
  });

  it('is the same bytes each time', () => {
    const again = join(folder, 'again.tar.gz');
    const [first] = execFileSync('sha256sum', [archive], { encoding: 'utf8' }).split(' ');
    expect(pack(again)).toBe(`${again}: sha256:${first}\n`);
    rmSync(again);
  }, 600_000);

  it('holds one folder, with kha’s tarball as npm packs it, licences, and a list of what is in it', () => {
    const [top = '', ...others] = readdirSync(unpacked);
    expect(others).toEqual([]);
    expect(top).toBe(`kha-${version}-${process.platform}-${process.arch}`);
    const [tarball] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--silent', '--json'], {
        cwd: root,
        encoding: 'utf8',
      }),
    ) as [{ files: { path: string }[] }];
    const own = join(unpacked, top, 'lib/node_modules/kubernetes-ha');
    const files = readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes(join(own, 'node_modules')))
      .map((entry) => join(entry.parentPath, entry.name).slice(own.length + 1));
    expect(files.sort()).toEqual(tarball.files.map(({ path }) => path).sort());
    const contents = JSON.parse(readFileSync(join(unpacked, top, 'contents.json'), 'utf8')) as {
      node: { version: string };
      modules: { name: string; version: string; licence: string }[];
    };
    expect(contents.node.version).toBe(process.version);
    // npm's own word on what is not for development.
    const wanted = execFileSync('npm', ['ls', '--omit', 'dev', '--all', '--parseable'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => path.split('node_modules/').at(-1));
    expect(contents.modules.map(({ name }) => name).sort()).toEqual(wanted.sort());
    // Which has its licence in its folder, and none in package.json.
    expect(contents.modules.filter(({ licence }) => licence === 'unknown').map(({ name }) => name)).toEqual([
      'unionfs',
    ]);
    for (const licence of ['node.txt', 'temporal.txt'])
      expect(readFileSync(join(unpacked, top, 'licences', licence), 'utf8')).toMatch(/Permission is hereby granted/);
  });

  it('writes a spec and checks it where there is neither route nor Node', () => {
    expect(
      execFileSync('ip', ['-n', network, 'route', 'show', 'table', 'all', 'type', 'unicast'], { encoding: 'utf8' }),
    ).toBe('');
    expect(readdirSync(tools).map((name) => basename(name))).toEqual(['dirname', 'readlink']);
    expect(kha('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(kha('init', 'cluster.yaml')).toMatchObject({ code: 0, stderr: '' });
    expect(kha('validate', 'cluster.yaml')).toMatchObject({ code: 0, stderr: '' });
  });

  it('starts its engine there, and a worker of it, with the Temporal that lies beside it', async () => {
    const started = kha('engine', 'start');
    expect(started, started.stderr).toMatchObject({ code: 0 });
    expect(started.stderr).not.toContain('Fetching');
    const log = (): string => readFileSync(join(home, '.local/state/kha/engine/worker.log'), 'utf8');
    await expect.poll(log, { timeout: 60_000 }).toMatch(/worker \d+ serves kubernetes-ha/);
    const { processes } = JSON.parse(kha('engine', 'status', '--output', 'json').stdout) as {
      processes: Record<string, number>;
    };
    const program = (pid: number): string =>
      execFileSync('readlink', [`/proc/${pid}/exe`], { encoding: 'utf8' }).trim();
    expect(program(processes['server']!)).toMatch(new RegExp(`^${unpacked}/.*/libexec/temporal$`));
    expect(program(processes['worker']!)).toMatch(new RegExp(`^${unpacked}/.*/libexec/node$`));
    expect(kha('list')).toMatchObject({ code: 0 });
  });
});
