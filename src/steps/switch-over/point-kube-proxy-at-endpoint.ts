import type { Cluster } from '../../cluster/cluster.js';
import { apiEndpoint, controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { rolledOut } from '../../facts/rollout.js';

interface ConfigMap {
  data: Record<string, string>;
}
const configMap = apiObject<ConfigMap>(['-n', 'kube-system', 'configmap', 'kube-proxy']);
export const server = /(\n\s*server:\s*)(\S+)/;

export const pointKubeProxyAtEndpoint: Step = {
  name: 'pointKubeProxyAtEndpoint',
  does: 'Let kube-proxy reach the API through the load balancer',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes', 'api endpoint'],
  check: async ({ cluster, host }) => [
    ...pointing(cluster, await host.read(configMap)),
    ...(await host.read(rolledOut('kube-system', 'daemonset/kube-proxy'))),
  ],
  async apply({ cluster, host }) {
    const found = await host.read(configMap);
    const before = found?.data['kubeconfig.conf'] ?? '';
    const after = before.replace(server, (_, key: string) => `${key}https://${apiEndpoint(cluster)}`);
    if (after !== before) {
      const patch = JSON.stringify({ data: { 'kubeconfig.conf': after } });
      await host.run(
        kubectl([
          '-n',
          'kube-system',
          'patch',
          'configmap',
          'kube-proxy',
          '--type',
          'merge',
          '--patch-file',
          '/dev/stdin',
        ]),
        { stdin: patch },
      );
    }
    await host.run(kubectl(['-n', 'kube-system', 'rollout', 'restart', 'daemonset/kube-proxy']));
  },
};

/** How kube-proxy's configuration differs from the one that is wanted, in words. */
export function pointing(cluster: Cluster, found: Pick<ConfigMap, 'data'> | undefined): string[] {
  if (!found) return ['the configuration of kube-proxy cannot be read'];
  const now = server.exec(found.data['kubeconfig.conf'] ?? '')?.[2];
  const wanted = `https://${apiEndpoint(cluster)}`;
  return now === wanted ? [] : [`kube-proxy uses ${now ?? 'no server'}, not ${wanted}`];
}
