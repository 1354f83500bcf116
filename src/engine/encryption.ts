import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';

/** Names the file of keys: `<id> <32 bytes in base64>` a line. The first encrypts, all decrypt: put a new one on top to rotate. */
export const keysVariable = 'KHA_ENCRYPTION_KEYS';
const encoding = 'binary/encrypted';
const algorithm = 'aes-256-gcm';
/** Lengths in bytes (NIST SP 800-38D). */
const [nonceLength, tagLength] = [12, 16];

export type Keys = ReadonlyMap<string, Buffer>;

/** Reads and checks a file of keys; it must be its owner's alone. Throws with file, line and what is wrong. */
export function readKeys(path: string): Keys {
  if ((statSync(path).mode & 0o077) !== 0)
    throw new Error(`${path} can be read by others than its owner: chmod 600 ${path}`);
  const keys = new Map<string, Buffer>();
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [id = '', text = ''] = line.trim().split(/\s+/);
    const key = Buffer.from(text, 'base64');
    if (key.length !== 32)
      throw new Error(
        `${path}:${index + 1}: a key is "ID BASE64" with 32 bytes in base64 (openssl rand -base64 32), not ${key.length} bytes`,
      );
    if (keys.has(id)) throw new Error(`${path}:${index + 1}: key id ${id} stands twice`);
    keys.set(id, key);
  }
  if (keys.size === 0)
    throw new Error(`${path} holds no key; make one: echo "key1 $(openssl rand -base64 32)" > ${path}`);
  return keys;
}

/** Encrypts every payload with AES-256-GCM; the key's id and the algorithm are authenticated with it. */
export class EncryptionCodec implements PayloadCodec {
  #keys: Keys;
  readonly #again: () => Keys;

  /** `again` reads the keys anew: a worker that runs meets payloads of a client whose file has a new key on top. */
  constructor(keys: Keys, again: () => Keys = () => keys) {
    this.#keys = keys;
    this.#again = again;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [id, key] = [...this.#keys][0]!;
    return Promise.resolve(payloads.map((payload) => encrypt(payload, id, key)));
  }

  /** Payloads that were not encrypted pass unchanged. Throws on an unknown key and on anything that was tampered with. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(
      payloads.map((payload) => (textOf(payload, 'encoding') === encoding ? this.#decrypt(payload) : payload)),
    );
  }

  #decrypt(payload: Payload): Payload {
    const id = textOf(payload, 'encryption-key-id');
    if (!this.#keys.has(id)) this.#keys = this.#again();
    const key = this.#keys.get(id);
    if (!key)
      throw new Error(
        `a payload was encrypted with key ${JSON.stringify(id)}, which is not among those of ${keysVariable}`,
      );
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv(algorithm, key, data.subarray(0, nonceLength));
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(data.subarray(nonceLength, nonceLength + tagLength));
    const plain = Buffer.concat([decipher.update(data.subarray(nonceLength + tagLength)), decipher.final()]);
    return fromJson(JSON.parse(plain.toString('utf8')) as JsonPayload);
  }
}

function encrypt(payload: Payload, id: string, key: Buffer): Payload {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(toJson(payload))), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(encoding), 'encryption-key-id': Buffer.from(id) },
    data: Buffer.concat([nonce, cipher.getAuthTag(), text]),
  };
}

/** A payload as Temporal's codec servers speak of it: metadata and data in base64. */
export interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

export const toJson = ({ metadata, data }: Payload): JsonPayload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

export const fromJson = ({ metadata = {}, data = '' }: JsonPayload): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  data: Buffer.from(data, 'base64'),
});

const textOf = ({ metadata }: Payload, name: string): string => Buffer.from(metadata?.[name] ?? []).toString('utf8');

/** What client and worker convert with: encrypted, failures too, where the environment names keys; plain otherwise. */
export function dataConverter(): DataConverter {
  const file = process.env[keysVariable];
  if (!file) return {};
  return {
    payloadCodecs: [new EncryptionCodec(readKeys(file), () => readKeys(file))],
    failureConverterPath: fileURLToPath(new URL('../failure-converter.js', import.meta.url)),
  };
}
