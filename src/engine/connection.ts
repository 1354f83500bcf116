import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { engineOf, ensureEngine, type Engine } from './engine.js';
import { ownProcesses, takeMark } from './own-processes.js';
import type { Report } from './report.js';
import { readSettings } from './settings.js';
import { endEngine } from './when-removed.js';

/** How to reach the Temporal server: one that was configured (environment, temporal.toml), else the embedded engine. */
export interface Server {
  readonly options: ConnectionOptions;
  readonly namespace: string;
  /** The engine when it is the embedded one. */
  readonly engine?: Engine;
}

export async function findServer(report: Report): Promise<Server> {
  return configured() ?? embedded(await ensureEngine(report));
}

/**
 * The server for a worker: it must not start the engine, whose watcher started it. Throws for a worker on the embedded engine
 * that somebody else started, and while another lives: the engine's worker is alone, or it could not tell whose attempts died.
 */
export async function workerServer(): Promise<Server> {
  const mark = takeMark();
  if (!mark) {
    const server = configured();
    if (server) return server;
    throw new Error(
      'the embedded engine has one worker, which its watcher starts (kha engine start); a worker of your own serves a Temporal server of your own: set TEMPORAL_ADDRESS',
    );
  }
  const settings = await readSettings();
  if (mark.id !== settings?.id) {
    await endEngine(mark.id);
    throw new Error('the state folder of the engine whose worker this was to be is gone');
  }
  const other = (await ownProcesses()).find(({ name, pid }) => name === 'worker' && pid !== process.pid);
  if (other) throw new Error(`the engine's worker lives as process ${other.pid}, and there is never a second one`);
  return embedded(engineOf(settings));
}

function configured(): Server | undefined {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return connectionOptions.address ? { options: connectionOptions, namespace: namespace ?? 'default' } : undefined;
}

/** Whether a server of the site’s own was configured, whose workers may be on other machines. */
export const hasOwnServer = (): boolean => configured() !== undefined;

const embedded = (engine: Engine): Server => ({ options: { address: engine.address }, namespace: 'default', engine });
