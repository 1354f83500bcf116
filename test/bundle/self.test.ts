import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownFiles } from '../../src/bundle/self/own-files.js';
import { productionModules } from '../../src/bundle/self/production-modules.js';
import { entries, header } from '../../src/bundle/tar.js';
import { writeTar } from '../../src/bundle/write-tar.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kha-self-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: object | string = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the files of kha’s own package', () => {
  it('are those that package.json names, less those that it leaves out', async () => {
    const taken = ['README.md', 'bin/kha.js', 'dist/a.js', 'dist/src/deep/b.js', 'docs/one.md', 'package.json'];
    const left = [
      ...['dist/a.js.map', 'dist/lab/faults/f.js', 'dist/src/deep/b.js.map', 'docs/pictures/p.md', 'src/b.ts'],
      ...['node_modules/x/package.json', 'binary', 'dist/src/node_modules/y/index.js'],
    ];
    for (const path of [...taken, ...left]) write(path);
    const patterns = ['bin', 'dist/src', 'dist/lab', 'dist/*.js', '!dist/lab/faults', '!dist/**/*.map', 'docs/*.md'];
    expect(await ownFiles(folder, patterns)).toEqual(taken);
  });
});

describe('the modules that kha needs to run', () => {
  const module = (path: string, more: object = {}): void =>
    write(`${path}/package.json`, {
      name: path.split('node_modules/').at(-1),
      version: '1.0.0',
      license: 'MIT',
      ...more,
    });
  const found = async (root = '.'): Promise<string[]> =>
    (await productionModules(join(folder, root))).map((one) => one.folder.slice(folder.length + 1));

  it('are found as Node finds them: nested before those beside, what others need too, none for development', async () => {
    module('.', { dependencies: { a: '1' }, devDependencies: { tool: '1' }, optionalDependencies: { absent: '1' } });
    module('node_modules/a', { dependencies: { b: '2', '@s/c': '1' }, peerDependencies: { peer: '1' } });
    module('node_modules/a/node_modules/b', { version: '2.0.0', dependencies: { a: '1' } });
    module('node_modules/b');
    module('node_modules/@s/c', {
      peerDependencies: { tool: '1' },
      peerDependenciesMeta: { tool: { optional: true } },
    });
    module('node_modules/peer');
    module('node_modules/tool');
    expect(await found()).toEqual(['@s/c', 'a', 'a/node_modules/b', 'peer'].map((name) => `node_modules/${name}`));
  });

  it('are found beside a package that lies in node_modules itself', async () => {
    module('node_modules/kha', { dependencies: { a: '1' } });
    module('node_modules/a');
    expect(await found('node_modules/kha')).toEqual(['node_modules/a']);
  });

  it.each([
    [{ license: 'ISC' }, 'ISC'],
    [{ license: undefined, licenses: [{ type: 'MIT' }, { type: 'ISC' }] }, 'MIT OR ISC'],
    [{ license: undefined }, 'unknown'],
  ])('have the licence that %j says', async (said, licence) => {
    module('.', { dependencies: { a: '1' } });
    module('node_modules/a', said);
    expect(await productionModules(folder)).toMatchObject([{ name: 'a', licence }]);
  });

  it('are told where one is missing', async () => {
    module('.', { name: 'kha', dependencies: { a: '1' } });
    await expect(found()).rejects.toThrow(/^kha needs a, which is not installed/);
  });
});

describe('long names in an archive', () => {
  const long = `${'folder-of-twenty-one/'.repeat(8)}${'n'.repeat(70)}`;

  it('are read as they were written, by kha and by tar', async () => {
    const path = join(folder, 'a.tar');
    await writeTar(path, [{ name: long, content: Buffer.from('x') }]);
    await using file = await open(path);
    expect([...(await entries(file)).keys()]).toEqual([long]);
    expect(execFileSync('tar', ['tf', path], { encoding: 'utf8' })).toBe(`${long}\n`);
  });

  it.each(['n'.repeat(101), `${'d'.repeat(156)}/n`, `d/${'n'.repeat(101)}`])(
    'are refused where they do not fit: %s',
    (name) => expect(() => header({ name, size: 1 })).toThrow('is too much for ustar'),
  );

  it('are compressed on the way where that is asked for', async () => {
    const [plain, packed] = [join(folder, 'a.tar'), join(folder, 'a.tar.gz')];
    const parts = [{ name: long, content: Buffer.alloc(100_000, 'x') }];
    await writeTar(plain, parts);
    await writeTar(packed, parts, createGzip());
    expect(readFileSync(packed).length).toBeLessThan(5_000);
    expect(execFileSync('gzip', ['-dc', packed])).toEqual(readFileSync(plain));
  });
});
