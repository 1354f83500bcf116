import type { Fact } from './fact.js';
import { sh } from './sh.js';

/** kubectl with the administrator's kubeconfig of a control plane; a server given wins over the kubeconfig's. */
export const kubectl = (args: readonly string[], server?: string): string =>
  sh`kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 15s` +
  (server ? sh` --server ${server}` : '') +
  sh` ${args}`;

/** An object or a list as the API gives it; undefined when it is not there or nobody answers. */
export const apiObject = <T>(args: readonly string[]): Fact<T | undefined> => ({
  command: `${kubectl(['get', ...args, '-o', 'json'])}`,
  parse: ({ code, stdout }) => (code === 0 ? (JSON.parse(stdout) as T) : undefined),
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

/** Nodes of the cluster; undefined when the API does not answer. */
export const nodeList: Fact<Node[] | undefined> = {
  ...apiObject<NodeList>(['nodes']),
  parse: ({ code, stdout }) =>
    code === 0
      ? (JSON.parse(stdout) as NodeList).items.map(({ metadata, status }) => ({
          name: metadata.name,
          ready: status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
          version: status.nodeInfo.kubeletVersion,
          controlPlane: 'node-role.kubernetes.io/control-plane' in metadata.labels,
        }))
      : undefined,
};
