import { apiEndpoint, controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { rolledOut } from '../../facts/rollout.js';
import { servesApi } from '../fitness.js';
import { pointing, server } from '../switch-over/point-kube-proxy-at-endpoint.js';
import type { CheckContext, Step } from '../step.js';

interface ConfigMap {
  metadata: { annotations?: Record<string, string> };
  data: Record<string, string>;
}
const name = ['-n', 'kube-system', 'configmap', 'kube-proxy'];
const configMap = apiObject<ConfigMap>(name);
/** Says for which endpoint the pods were deleted: without it nobody could tell whether they have read what is there now. */
const mark = 'kubernetes-ha.io/restarted-for';

/** Seed, lines 222 to 226. */
export const restartKubeProxy: Step = {
  name: 'restartKubeProxy',
  does: 'Let kube-proxy reach the API through the load balancer, and delete its pods, which read that at their start only',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes', 'api endpoint'],
  check: async (context) => [
    ...(await lacking(context)),
    ...(await context.host.read(rolledOut('kube-system', 'daemonset/kube-proxy'))),
  ],
  async apply({ cluster, host }) {
    const found = await host.read(configMap);
    const endpoint = `https://${apiEndpoint(cluster)}`;
    const before = found?.data['kubeconfig.conf'] ?? '';
    const after = before.replace(server, (_, key: string) => `${key}${endpoint}`);
    const patch = async (change: object): Promise<unknown> =>
      host.run(
        `${kubectl(['-n', 'kube-system', 'patch', 'configmap', 'kube-proxy', '--type', 'merge', '-p'])} "$(cat)"`,
        {
          stdin: JSON.stringify(change),
        },
      );
    if (after !== before) await patch({ data: { 'kubeconfig.conf': after } });
    await host.run(kubectl(['-n', 'kube-system', 'delete', 'pod', '-l', 'k8s-app=kube-proxy']));
    await patch({ metadata: { annotations: { [mark]: endpoint } } });
  },
  verify: async ({ host }) => host.read(rolledOut('kube-system', 'daemonset/kube-proxy')),
};

async function lacking({ cluster, host }: CheckContext): Promise<string[]> {
  const found = await host.read(configMap);
  const wrong = pointing(cluster, found);
  if (wrong.length > 0) return wrong;
  return found?.metadata.annotations?.[mark] === `https://${apiEndpoint(cluster)}`
    ? []
    : ['the pods of kube-proxy may have read another address at their start'];
}
