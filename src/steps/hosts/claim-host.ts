import { allHosts } from '../../cluster/roles.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';

/** Holds the name of the cluster that a host belongs to. */
export const claimPath = '/var/lib/kha/cluster';

/** Tells a later install whose host this is: what lies on it is ours, or somebody else's. */
export const claimHost: Step = {
  name: 'claimHost',
  does: 'Mark the host as part of this cluster',
  on: allHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['preflight'],
  check: ({ cluster, host }) => missingFiles(host, [claim(cluster.name)]),
  apply: ({ cluster, host }) => writeFiles(host, [claim(cluster.name)]),
};

const claim = (content: string) => ({ path: claimPath, content });
