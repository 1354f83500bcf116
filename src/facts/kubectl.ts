import type { Cluster } from '../cluster/cluster.js';
import { isSeed } from '../cluster/seed-profile.js';
import { FactUnknown, type Fact, type Output } from './fact.js';
import { present, sh } from './sh.js';

/** kubectl with the administrator's kubeconfig of a control plane; a server given wins over the kubeconfig's. */
export const kubectl = (args: readonly string[], server?: string): string =>
  sh`kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 15s` +
  (server ? sh` --server ${server}` : '') +
  sh` ${args}`;

/**
 * How objects are applied. Server-side: the annotation of a client's apply holds a quarter of what an object does. Kubernetes
 * has it since v1.22.
 */
export const applying = (cluster: Pick<Cluster, 'profile'>): readonly string[] =>
  isSeed(cluster) ? ['apply'] : ['apply', '--server-side', '--force-conflicts'];

/** For `kubectl delete`, which waits until the object is gone, and does so since v1.11. */
export const notWaiting = (cluster: Pick<Cluster, 'profile'>): readonly string[] =>
  isSeed(cluster) ? [] : ['--wait=false'];

/** Exit code of `asked` on a host that is no control plane yet (sysexits.h: EX_CONFIG). */
export const noControlPlane = 78;

/** kubectl for a fact: on a host that is no control plane it says so, by its exit code. */
export const asked = (args: readonly string[]): string =>
  `${present}if present /etc/kubernetes/admin.conf; then ${kubectl(args)}; else exit ${noControlPlane}; fi`;

/** Throws FactUnknown for every failure of kubectl but the API's own word that the object is not there. */
export function onlyNotFound(output: Output): void {
  const { code, stderr } = output;
  if (/^Error from server \(NotFound\):/m.test(stderr)) return;
  throw new FactUnknown(`kubectl exited ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`, output);
}

/** An object or a list as the API gives it; undefined when it is not there, or no cluster is. */
export const apiObject = <T>(args: readonly string[]): Fact<T | undefined> => ({
  command: asked(['get', ...args, '-o', 'json']),
  codes: [0, 1, noControlPlane],
  parse(output) {
    if (output.code === 0) return JSON.parse(output.stdout) as T;
    if (output.code === 1) onlyNotFound(output);
    return undefined;
  },
});

export interface Node {
  readonly name: string;
  readonly ready: boolean;
  readonly version: string;
  readonly controlPlane: boolean;
}

interface NodeList {
  items: {
    metadata: { name: string; labels: Record<string, string> };
    status: { conditions: { type: string; status: string }[]; nodeInfo: { kubeletVersion: string } };
  }[];
}

/**
 * What limits a list of nodes to those of these names, by the label that every kubelet gives its node: whoever is not there is
 * left out, and no other node is told of. Of every node where none is named.
 */
export const selecting = (names: readonly string[] | undefined): string[] =>
  names ? ['-l', `kubernetes.io/hostname in (${names.join(',')})`] : [];

/** Nodes of the cluster, or those of these names; undefined where there is no control plane yet. */
export const nodeList = (names?: readonly string[]): Fact<Node[] | undefined> => ({
  command: apiObject(['nodes', ...selecting(names)]).command,
  codes: [0, noControlPlane],
  parse: ({ code, stdout }) =>
    code === 0
      ? (JSON.parse(stdout) as NodeList).items.map(({ metadata, status }) => ({
          name: metadata.name,
          ready: status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
          version: status.nodeInfo.kubeletVersion,
          controlPlane: 'node-role.kubernetes.io/control-plane' in metadata.labels,
        }))
      : undefined,
});
