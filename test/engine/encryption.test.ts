import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { codecServer } from '../../src/engine/codec-server.js';
import { EncryptionCodec, readKeys, toJson } from '../../src/engine/encryption.js';

const [old, recent] = [randomBytes(32), randomBytes(32)];
const before = new EncryptionCodec(new Map([['old', old]]));
const rotated = new EncryptionCodec(
  new Map([
    ['new', recent],
    ['old', old],
  ]),
);
const payload = (text: string) => ({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(text) });
const textOf = ({ data }: { data?: Uint8Array | null }): string => Buffer.from(data ?? []).toString('utf8');

describe('the codec', () => {
  it('gives back what it was given, and shows nothing of it', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ minLength: 8 }), async (text) => {
        const [encoded] = await before.encode([payload(text)]);
        expect(textOf(encoded!)).not.toContain(text);
        expect(Buffer.from((await before.decode([encoded!]))[0]!.data!).toString('utf8')).toBe(
          Buffer.from(text).toString('utf8'),
        );
      }),
    ));

  it('encrypts with the first key and reads what an older one wrote', async () => {
    const [one] = await before.encode([payload('one')]);
    const [two] = await rotated.encode([payload('two')]);
    expect(Buffer.from(two!.metadata!['encryption-key-id']!).toString()).toBe('new');
    expect((await rotated.decode([one!, two!])).map(textOf)).toEqual(['one', 'two']);
    await expect(before.decode([two!])).rejects.toThrow('encrypted with key "new", which is not among');
  });

  it('reads its keys again when it meets one that was put on top since', async () => {
    const running = new EncryptionCodec(
      new Map([['old', old]]),
      () =>
        new Map([
          ['new', recent],
          ['old', old],
        ]),
    );
    const [two] = await rotated.encode([payload('two')]);
    expect((await running.decode([two!])).map(textOf)).toEqual(['two']);
  });

  it('refuses what was tampered with: the data, and the name of the key', async () => {
    const [encoded] = await rotated.encode([payload('one')]);
    const data = Buffer.from(encoded!.data!);
    data[data.length - 1]! ^= 1;
    await expect(rotated.decode([{ ...encoded, data }])).rejects.toThrow();
    const metadata = { ...encoded!.metadata, 'encryption-key-id': Buffer.from('old') };
    await expect(rotated.decode([{ ...encoded, metadata }])).rejects.toThrow();
  });

  it('lets payloads of before the encryption pass', async () =>
    expect((await before.decode([payload('plain')])).map(textOf)).toEqual(['plain']));
});

describe('a file of keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  it.each([
    ['', 0o600, /holds no key; make one/],
    ['a abc', 0o600, /:1: a key is "ID BASE64" with 32 bytes/],
    [`a ${old.toString('base64')}\na ${recent.toString('base64')}`, 0o600, /:2: key id a stands twice/],
    [`a ${old.toString('base64')}`, 0o644, /can be read by others.*chmod 600/],
  ])('is refused: %j', (text, mode, message) => {
    const file = join(folder, 'keys');
    writeFileSync(file, text);
    chmodSync(file, mode);
    expect(() => readKeys(file)).toThrow(message);
  });
});

it('the codec server decrypts for the UI’s own pages', async () => {
  const server = codecServer(rotated, 'http://127.0.0.1:8233');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: unknown) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
  try {
    const encoded = (await rotated.encode([payload('hello')])).map(toJson);
    const response = await post('/decode', { payloads: encoded });
    expect(response.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:8233');
    expect(await response.json()).toEqual({ payloads: [toJson(payload('hello'))] });
    expect((await fetch(`${url}/decode`, { method: 'OPTIONS' })).status).toBe(204);
    expect((await post('/other', {})).status).toBe(404);
    expect((await post('/decode', { payloads: [{ ...encoded[0], data: 'AAAA' }] })).status).toBe(400);
  } finally {
    server.close();
  }
});
