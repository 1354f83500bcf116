import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as catalogue from '../src/steps/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => /\.(ts|mjs)$/.test(name));
const code = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What each folder may import: other folders of src, and packages. Node's own modules count as `node`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  cluster: ['cluster', 'zod'],
  facts: ['facts', 'cluster'],
  steps: ['steps', 'facts', 'cluster'],
  workflows: ['workflows', 'steps', 'cluster', '@temporalio/workflow', '@temporalio/common'],
  activities: [
    'activities',
    'steps',
    'facts',
    'cluster',
    'ssh2',
    'node',
    '@temporalio/activity',
    '@temporalio/common',
    '@temporalio/client',
  ],
  bundle: ['bundle', 'engine', 'cluster', 'openpgp', 'yaml', 'zod', 'node'],
  export: ['export'],
  engine: [
    'engine',
    'workflows',
    'https-proxy-agent',
    'proxy-from-env',
    'node',
    '@temporalio/envconfig',
    '@temporalio/client',
    '@temporalio/common',
  ],
  client: [
    'client',
    'engine',
    'cluster',
    'facts',
    'steps',
    'workflows',
    'activities',
    'worker',
    'version',
    'running-code',
    'lab',
    'bundle',
    'export',
    'commander',
    'ssh-config',
    'yaml',
    'zod',
    'node',
    '@temporalio/client',
    '@temporalio/common',
  ],
};

/** The folder of src, or the package, that an import names. */
function target(from: string, name: string): string {
  if (name.startsWith('node:')) return 'node';
  if (!name.startsWith('.'))
    return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name);
  const [top = '', folder = ''] = join(from, '..', name).split('/');
  return top === 'src' ? folder.replace(/\.js$/, '') : top;
}

const imported = (file: string): string[] =>
  [...code(file).matchAll(/(?:from|import\()\s*'([^'\n]+)'/g)].map(([, name = '']) => name);
const imports = (file: string): string[] => imported(file).map((name) => target(file, name));

/** Every circle of imports, types included, as a path back to its beginning. */
function circles(files: Readonly<Record<string, readonly string[]>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, above: readonly string[]): void => {
    const at = above.indexOf(file);
    if (at >= 0) found.push([...above.slice(at), file].join(' > '));
    if (at >= 0 || done.has(file)) return;
    for (const next of files[file] ?? []) walk(next, [...above, file]);
    done.add(file);
  };
  for (const file of Object.keys(files)) walk(file, []);
  return found;
}

describe('architecture', () => {
  it.each(Object.keys(allowed))('src/%s imports only what it may', (folder) => {
    const wrong = sources(`src/${folder}`).flatMap((file) =>
      imports(file)
        .filter((name) => !allowed[folder]!.includes(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps workflows and activities from importing each other, even by type', () => {
    expect(sources('src/activities').filter((file) => imports(file).includes('workflows'))).toEqual([]);
    expect(sources('src/workflows').filter((file) => imports(file).includes('activities'))).toEqual([]);
  });

  it('has no circle of imports', () => {
    const files = ['src', 'lab', 'test'].flatMap(sources).filter((file) => file.endsWith('.ts'));
    const own = (file: string): string[] =>
      imported(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => join(file, '..', name).replace(/\.js$/, '.ts'));
    expect(circles(Object.fromEntries(files.map((file) => [file, own(file)])))).toEqual([]);
    expect(circles({ a: ['b'], b: ['c', 'd'], c: ['d'], d: ['b'] })).toEqual(['b > c > d > b']);
  });

  it('names each step that an operation takes', () => {
    expect(sources('src/workflows').filter((file) => /import \* as/.test(code(file)))).toEqual([]);
  });

  it('has kha’s version in package.json and nowhere else', () => {
    const { version } = JSON.parse(code('package.json')) as { version: string };
    expect(['src', 'lab', 'scripts'].flatMap(sources).filter((file) => code(file).includes(`'${version}'`))).toEqual(
      [],
    );
  });

  it('keeps the worker’s SDK off the client’s fast path', () => {
    const direct = [...sources('src/client'), ...sources('src/engine')].filter((file) =>
      /^import (?!type).*'@temporalio\/worker'/m.test(code(file)),
    );
    expect(direct).toEqual([]);
    // Commands may name them in `import()` only, when they run.
    const heavy = sources('src/client/commands').filter((file) =>
      /^import (?!type).*'(@temporalio\/|zod|yaml|ssh2)/m.test(code(file)),
    );
    expect(heavy).toEqual([]);
  });

  it('shows completed runs without loading what is heavy', () => {
    const loaded = [
      ...['src/client/commands/status.ts', 'src/engine/connection.ts', 'src/client/tell.ts'],
      ...[
        'src/client/completed-run.ts',
        'src/client/list-runs.ts',
        'src/client/render/report.ts',
        'src/client/render/words.ts',
      ],
    ];
    const packages = new Set<string>();
    for (const file of loaded)
      for (const [, name = ''] of code(file).matchAll(/^(?:import|export) (?!type)[^;']*? from '([^'\n]+)';$/gm)) {
        const next = join(file, '..', name).replace(/\.js$/, '.ts');
        if (!name.startsWith('.')) packages.add(target(file, name));
        else if (!loaded.includes(next)) loaded.push(next);
      }
    expect(loaded).toContain('src/engine/engine.ts');
    expect([...packages].sort()).toEqual(['@temporalio/envconfig', 'commander', 'node']);
  });

  it('has one idea a file: 250 lines at most, and no heaps', () => {
    const files = ['src', 'lab', 'scripts', 'test'].flatMap(sources);
    expect(files.filter((file) => code(file).split('\n').length > 251)).toEqual([]);
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|misc|common|constants|types)\.[a-z]+$/.test(file))).toEqual(
      [],
    );
  });
});

describe('steps', () => {
  const files = new Map(sources('src/steps').map((file) => [file.split('/').at(-1)!.replace('.ts', ''), file]));
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

  it.each(Object.entries(catalogue))('%s is named the same as export, file and activity', (name, step) => {
    expect(step.name).toBe(name);
    expect(files.has(kebab(name)), `a file ${kebab(name)}.ts`).toBe(true);
    expect(step.does).toMatch(/^[A-Z].*[^.]$/);
  });

  it('are all in the catalogue', () => {
    const declared = [...files.values()].flatMap((file) =>
      [...code(file).matchAll(/^export const (\w+): Step =/gm)].map(([, name = '']) => name),
    );
    expect(declared.sort()).toEqual(Object.keys(catalogue).sort());
  });
});
