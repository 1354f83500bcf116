import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Engine } from '../engine/engine.js';

/** How long the engine's UI may take to answer; milliseconds. */
const patience = 1_000;

/**
 * What Temporal's HTTP API, which the engine's UI passes on, has at a path below the namespace, as JSON: to load Temporal's
 * client takes longer than all the rest of `kha status`. Throws on any status but 200. Without `fetch`, which takes longer
 * to load than the rest of this.
 */
export const answered = <T>({ ui }: Pick<Engine, 'ui'>, path: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const url = `${ui}/api/v1/namespaces/default/${path}`;
    get(url, { signal: AbortSignal.timeout(patience) }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return reject(new Error(`${url} answered with ${response.statusCode}`));
      }
      json(response).then((answer) => resolve(answer as T), reject);
    }).on('error', reject);
  });
