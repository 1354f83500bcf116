import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { cluster } from '../../clusters.js';
import { startServer } from '../dev-server.js';
import { startFleet, type Fleet } from '../fleet/fleet.js';
import { compiled, end, ended, startWorker } from '../program.js';
import { others, type Others } from './others.js';
import { count } from './steps.js';

/** A fleet, kha's server, and the programs that go through the same steps on it, each from its start to its end. */
export interface Ground extends Others {
  readonly fleet: Fleet;
  readonly kha: () => Promise<void>;
  /** ssh2 alone, with the same commands. */
  readonly bare: () => Promise<void>;
  /** Runs kha's worker, which has no connection yet, for as long as the work takes. */
  readonly withWorker: (work: () => Promise<void>) => Promise<void>;
  /** Throws where a host or a step was left out. */
  readonly prove: () => void;
  close(): Promise<void>;
}

export async function openGround(size: number): Promise<Ground> {
  const fleet = await startFleet(size);
  const place = mkdtempSync('/tmp/kha-f-');
  const server = await startServer();
  const { hosts, folder, settings } = fleet;
  const file = join(place, 'cluster.json');
  const wanted: Cluster = { ...cluster(), name: 'fanout', hosts: [...hosts], ssh: settings };
  writeFileSync(file, JSON.stringify(wanted));
  const node = async (name: string, ...args: string[]): Promise<void> =>
    void (await ended(process.execPath, [compiled(`fanout/${name}`), ...args]));
  const close = async (): Promise<void> => {
    await server.stop();
    fleet.stop();
    rmSync(place, { recursive: true });
  };
  try {
    return {
      ...(await others(fleet, place)),
      fleet,
      close,
      kha: () => node('client', server.address, file),
      bare: () => node('bare', file, folder),
      async withWorker(work) {
        const worker = await startWorker(compiled('fanout/worker'), [server.address, folder]);
        try {
          await work();
        } finally {
          await end(worker);
        }
      },
      prove() {
        for (const { name } of hosts)
          for (let step = 0; step < count; step += 1)
            if (!existsSync(join(folder, name, `${step}`))) throw new Error(`step ${step} was left out on ${name}`);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
