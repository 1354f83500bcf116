import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { ensureEngine, knownEngine, type Engine } from './engine.js';
import type { Report } from './report.js';

/** How to reach the Temporal server: one that was configured (environment, temporal.toml), else the embedded engine. */
export interface Server {
  readonly options: ConnectionOptions;
  readonly namespace: string;
  /** The engine when it is the embedded one. */
  readonly engine?: Engine;
}

export async function findServer(report: Report): Promise<Server> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  if (connectionOptions.address) return { options: connectionOptions, namespace: namespace ?? 'default' };
  const engine = await ensureEngine(report);
  return { options: { address: engine.address }, namespace: 'default', engine };
}

/** The server for a worker: it must not start the engine, whose watcher started it. */
export async function workerServer(): Promise<Server> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  if (connectionOptions.address) return { options: connectionOptions, namespace: namespace ?? 'default' };
  const engine = await knownEngine();
  if (!engine)
    throw new Error(
      'no Temporal server is configured and the embedded engine was never started: set TEMPORAL_ADDRESS, or run kha engine start',
    );
  return { options: { address: engine.address }, namespace: 'default', engine };
}
