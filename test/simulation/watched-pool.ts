import type { ExecuteOptions } from '../../src/activities/ssh/execute.js';
import type { Target } from '../../src/activities/ssh/connect.js';
import type { Link } from '../../src/activities/ssh/link.js';
import { Pool } from '../../src/activities/ssh/pool.js';
import type { Output } from '../../src/facts/fact.js';

/** Stands around each command that a host is given. */
export type Watch = (host: string, command: string, stdin: string, run: () => Promise<Output>) => Promise<Output>;

/** A pool of connections with somebody around all that goes through it. */
export function watchedPool(watch: Watch): Pool {
  const pool = new Pool();
  const real = pool.to.bind(pool);
  pool.to = (target: Target): Link => {
    const link = real(target);
    const run = (command: string, options: ExecuteOptions): Promise<Output> =>
      watch(target.name, command, options.stdin ?? '', () => link.run(command, options));
    return new Proxy(link, {
      get: (object, key) => (key === 'run' ? run : (Reflect.get(object, key) as unknown)),
    });
  };
  return pool;
}
