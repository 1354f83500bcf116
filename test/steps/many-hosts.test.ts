import { expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import * as steps from '../../src/steps/index.js';
import { largeCluster } from '../workflows/large.js';

const size = 1_000;

/** A large cluster that counts how often somebody looks at what a host is. */
function watched(): { readonly cluster: Cluster; readonly looks: () => number } {
  const large = largeCluster(size);
  let looks = 0;
  const hosts = large.hosts.map(({ roles, ...host }) => ({
    ...host,
    get roles() {
      looks += 1;
      return roles;
    },
  }));
  return { cluster: { ...large, hosts }, looks: () => looks };
}

// A workflow asks when it begins a stage, and so again when it is replayed.
it.each(Object.values(steps))('$name finds its hosts without looking at all of them for each', (step) => {
  const { cluster, looks } = watched();
  step.on(cluster);
  expect(looks()).toBeLessThan(10 * size);
});
