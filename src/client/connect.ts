import { Client, Connection } from '@temporalio/client';
import { dataConverter } from '../engine/encryption.js';
import { findServer, type Server } from '../engine/connection.js';
import type { Report } from '../engine/report.js';

export interface Connected {
  readonly client: Client;
  readonly server: Server;
  close(): Promise<void>;
}

/** Says what takes long where it does not get between a program and its output. */
export const tell: Report = ({ what, state, seconds }) => {
  if (state === 'start') process.stderr.write(`· ${what}\n`);
  else if (state === 'warning') process.stderr.write(`! ${what}\n`);
  else process.stderr.write(`✓ ${what} (${(seconds ?? 0).toFixed(1)} s)\n`);
};

/** A client of the configured server, or of the embedded engine, which is started when it does not run. */
export async function connected(): Promise<Connected> {
  const server = await findServer(tell);
  const connection = await Connection.connect(server.options);
  const client = new Client({ connection, namespace: server.namespace, dataConverter: dataConverter() });
  return { client, server, close: () => connection.close() };
}

/** Does something with a client and closes it in any case. */
export async function withClient<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
  const open = await connected();
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
