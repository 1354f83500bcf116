import type { Client as TemporalClient } from '@temporalio/client';
import { dataConverter } from '../engine/encryption.js';
import { findServer, type Server } from '../engine/connection.js';
import { tell } from './tell.js';
import { Client, Connection } from './temporal.js';

export interface Connected {
  readonly client: TemporalClient;
  readonly server: Server;
  /** Connects anew where the server went away; the embedded engine is started again, perhaps on another port. */
  again(): Promise<void>;
  close(): Promise<void>;
}

/** A client of a server that was found, else of the configured one, or of the embedded engine, which is started when it does not run. */
async function connected(found?: Server): Promise<Connected> {
  const open = async (server: Server): Promise<{ server: Server; client: TemporalClient }> => {
    const connection = await Connection.connect(server.options);
    return { server, client: new Client({ connection, namespace: server.namespace, dataConverter: dataConverter() }) };
  };
  let now = await open(found ?? (await findServer(tell)));
  return {
    get client() {
      return now.client;
    },
    get server() {
      return now.server;
    },
    async again() {
      const before = now;
      now = await open(await findServer(tell));
      await before.client.connection.close();
    },
    close: () => now.client.connection.close(),
  };
}

/** Does something with a client, of the server that the caller found already if any, and closes it in any case. */
export async function withClient<T>(work: (connected: Connected) => Promise<T>, found?: Server): Promise<T> {
  const open = await connected(found);
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
