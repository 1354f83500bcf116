import type { Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';

export interface Workload {
  readonly namespace: string;
  /** As kubectl takes it: `deployment/NAME`. */
  readonly name: string;
}

const kinds = ['Deployment', 'DaemonSet', 'StatefulSet'];

/** What of a manifest on a control plane runs pods, by the cluster’s own account; what is not there yet is left out. */
export const workloadsIn = (path: string): Fact<Workload[]> => ({
  command: asked([
    'get',
    '-f',
    path,
    '--ignore-not-found',
    '--no-headers',
    '-o',
    'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name',
  ]),
  codes: [0, noControlPlane],
  parse: ({ stdout }) =>
    stdout.split('\n').flatMap((line) => {
      const [kind = '', namespace = '', name = ''] = line.trim().split(/\s+/);
      return kinds.includes(kind) ? [{ namespace, name: `${kind.toLowerCase()}/${name}` }] : [];
    }),
});
