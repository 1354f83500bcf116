import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fromJson, toJson, type EncryptionCodec, type JsonPayload } from './encryption.js';

/** More than any payload of kha's; bytes. */
const longest = 4 * 1024 * 1024;

/**
 * Decrypts for the Temporal UI (docs.temporal.io, codec server): POST /decode and /encode with `{ payloads }`. Only pages of
 * the given origin may read the answers.
 */
export const codecServer = (codec: EncryptionCodec, origin: string): Server =>
  createServer((request, response) => {
    answer(codec, request).then(
      ({ status, body }) => reply(response, origin, status, body),
      (error: Error) => reply(response, origin, 400, { message: error.message }),
    );
  });

async function answer(codec: EncryptionCodec, request: IncomingMessage): Promise<{ status: number; body: object }> {
  if (request.method === 'OPTIONS') return { status: 204, body: {} };
  const path = request.url?.split('?')[0] ?? '';
  const work = path.endsWith('/decode') ? 'decode' : path.endsWith('/encode') ? 'encode' : undefined;
  if (request.method !== 'POST' || !work) return { status: 404, body: { message: 'POST /decode or /encode' } };
  const { payloads = [] } = JSON.parse(await bodyOf(request)) as { payloads?: JsonPayload[] };
  return { status: 200, body: { payloads: (await codec[work](payloads.map(fromJson))).map(toJson) } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longest) throw new Error(`a request may hold ${longest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, origin: string, status: number, body: object): void {
  response.writeHead(status, {
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'content-type,x-namespace,authorization',
    'access-control-allow-methods': 'POST,OPTIONS',
    'content-type': 'application/json',
    vary: 'origin',
  });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}
