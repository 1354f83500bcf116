import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Description } from '../cluster/bundle-description.js';
import { loginAddress, sshSettings, type Cluster, type Machine } from '../cluster/cluster.js';
import type { BundleFile } from '../steps/step.js';
import { HostFailure } from './failure.js';
import type { Target } from './ssh/connect.js';
import { Forward } from './ssh/forward.js';

export type NamedFile = NonNullable<Cluster['source']['file']>;

/** A bundle’s file that was proved, open as long as the worker lives. */
export interface OpenBundle {
  readonly description: Description;
  /** Answers as a registry whoever comes by this connection. */
  serve(connection: Duplex): void;
}

/** Proves a file and opens it; throws what is wrong with it. */
export type OpenBundles = (file: NamedFile) => Promise<OpenBundle>;

/** What one attempt of a step was lent; to be given back when it ends. */
export interface LentBundle extends BundleFile {
  giveBack(): void;
}

/** How long a way to a host stays open for the next step; milliseconds. */
const lingering = 30_000;

interface Way {
  readonly forward: Forward;
  users: number;
  closing?: NodeJS.Timeout;
}

/** Bundles of this worker, and the ways by which hosts reach them: one a host, whatever steps use it at once. */
export class Bundles {
  readonly #open: OpenBundles;
  readonly #ways = new Map<string, Way>();

  constructor(open: OpenBundles) {
    this.#open = open;
  }

  /** The cluster’s bundle for a step on this host; nothing is opened before the step asks. */
  lend(cluster: Cluster, machine: Machine, signal: AbortSignal): LentBundle {
    const used = new Set<Way>();
    const opened = (): Promise<OpenBundle> => this.#opened(cluster);
    return {
      description: async () => (await opened()).description,
      port: async () => {
        const bundle = await opened();
        signal.throwIfAborted();
        const target = { name: machine.name, address: loginAddress(machine), settings: sshSettings(cluster, machine) };
        const way = this.#way(cluster, target, bundle);
        if (!used.has(way)) {
          used.add(way);
          way.users += 1;
          clearTimeout(way.closing);
        }
        return way.forward.port(signal);
      },
      giveBack: () => {
        for (const way of used) this.#leave(way);
        used.clear();
      },
    };
  }

  close(): void {
    for (const { forward, closing } of this.#ways.values()) {
      clearTimeout(closing);
      forward.close();
    }
    this.#ways.clear();
  }

  async #opened({ source: { file } }: Cluster): Promise<OpenBundle> {
    if (!file) throw new Error('the spec names no bundle file');
    try {
      return await this.#open(file);
    } catch (error) {
      throw new HostFailure('BundleRefused', {
        host: 'worker',
        reason: `the bundle ${file.path} on ${hostname()}, where the worker runs: ${error instanceof Error ? error.message : String(error)}`,
        next: 'put the bundle that the run began with there, whole and readable for the worker, then answer retry; for another one abort, and install again',
      });
    }
  }

  #way({ source: { file } }: Cluster, target: Target, bundle: OpenBundle): Way {
    const key = JSON.stringify([target, file]);
    const way = this.#ways.get(key) ?? {
      forward: new Forward(target, (connection) => bundle.serve(connection)),
      users: 0,
    };
    this.#ways.set(key, way);
    return way;
  }

  #leave(way: Way): void {
    way.users -= 1;
    if (way.users > 0) return;
    way.closing = setTimeout(() => way.forward.close(), lingering);
    way.closing.unref();
  }
}
