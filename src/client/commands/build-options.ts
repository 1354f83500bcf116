import { readFile } from 'node:fs/promises';
import { architectures, type Architecture } from '../../bundle/build/versions.js';
import type { Reach } from '../../engine/https.js';
import { UsageError } from '../explain.js';

/** `amd64,arm64`, in kha’s own order: however it is written, the bundle is the same. */
export function architecturesOf(list: string): Architecture[] {
  const wanted = list.split(',').map((one) => one.trim());
  const unknown = wanted.filter((one) => !(architectures as readonly string[]).includes(one));
  if (unknown.length > 0)
    throw new UsageError(
      `--arch: ${unknown.join(', ') || 'nothing'} is not known: expected ${architectures.join(',')}`,
    );
  return architectures.filter((one) => wanted.includes(one));
}

export async function reachOf({ ca, connectTo }: { ca?: string; connectTo?: string }): Promise<Reach> {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(connectTo ?? '') ?? [];
  if (connectTo !== undefined && host === '')
    throw new UsageError(`--connect-to: ${connectTo} is no place to connect to: expected ADDRESS:PORT`);
  return {
    ...(ca === undefined ? {} : { ca: await readFile(ca, 'utf8') }),
    ...(connectTo === undefined ? {} : { connectTo: { host, port: Number(port) } }),
  };
}
