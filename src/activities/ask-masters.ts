import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.js';
import { controlPlanes } from '../cluster/roles.js';
import type { Fact } from '../facts/fact.js';
import { HostFailure } from './failure.js';
import { RemoteHost } from './remote-host.js';
import type { Pool } from './ssh/pool.js';

/** What a control plane answered, or in words why it did not. */
export type Answer<T> = { readonly host: string } & ({ readonly said: T } | { readonly silent: string });

/** Milliseconds after which a control plane that does not answer is passed over. */
const glance = 3_000;

/** Asks every control plane that the spec names at once; one that is away, refuses or is new costs `glance` at most. */
export function askMasters<T>(pool: Pool, cluster: Cluster, fact: Fact<T>, signal: AbortSignal): Promise<Answer<T>[]> {
  return Promise.all(
    controlPlanes(cluster).map(async (machine): Promise<Answer<T>> => {
      const given = new AbortController();
      const attempt = {
        signal: AbortSignal.any([signal, given.signal]),
        patience: glance,
        tell: () => undefined,
        unitName: () => {
          throw new Error('a question starts no unit');
        },
      };
      const host = machine.name;
      const late = sleep(
        glance,
        { host, silent: `it did not answer within ${glance / 1000} s` },
        { signal: attempt.signal },
      );
      const answer = new RemoteHost(pool, cluster, machine, attempt).read(fact).then(
        (said) => ({ host, said }),
        (error: unknown) => {
          if (error instanceof HostFailure) return { host, silent: error.reason };
          throw error;
        },
      );
      try {
        return await Promise.race([answer, late]);
      } finally {
        // What lost the race ends too, and nobody is left to hear how.
        late.catch(() => undefined);
        answer.catch(() => undefined);
        given.abort(new Error('the question is over'));
      }
    }),
  );
}
