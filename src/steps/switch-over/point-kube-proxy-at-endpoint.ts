import type { Cluster } from '../../cluster/cluster.js';
import { apiEndpoint, controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { rolledOut } from '../../facts/rollout.js';

interface ConfigMap {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
}
const namespace = ['-n', 'kube-system'];
const configMap = apiObject<ConfigMap>([...namespace, 'configmap', 'kube-proxy']);
const server = /(\n\s*server:\s*)(\S+)/;
/** Says for which endpoint the pods were restarted: without it nobody could tell whether they have read what is there now. */
const mark = 'kubernetes-ha.io/restarted-for';

/** `restart`: what kubectl is told for pods that read the configuration anew. */
export const pointingKubeProxy = ({
  name,
  does,
  restart,
}: Pick<Step, 'name' | 'does'> & { readonly restart: readonly string[] }): Step => ({
  name,
  does,
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes', 'api endpoint'],
  check: async (context) => [
    ...(await lacking(context)),
    ...(await context.host.read(rolledOut('kube-system', 'daemonset/kube-proxy'))),
  ],
  async apply({ cluster, host }) {
    const patch = async (change: object): Promise<unknown> =>
      host.run(`${kubectl([...namespace, 'patch', 'configmap', 'kube-proxy', '--type', 'merge', '-p'])} "$(cat)"`, {
        stdin: JSON.stringify(change),
      });
    const found = await host.read(configMap);
    const before = found?.data['kubeconfig.conf'] ?? '';
    const after = before.replace(server, (_, key: string) => `${key}${wanted(cluster)}`);
    // Without its mark in the same moment: what ends kha before the restart must not leave a mark of an earlier one.
    if (after !== before)
      await patch({ metadata: { annotations: { [mark]: null } }, data: { 'kubeconfig.conf': after } });
    await host.run(kubectl([...namespace, ...restart]));
    await patch({ metadata: { annotations: { [mark]: wanted(cluster) } } });
  },
});

export const pointKubeProxyAtEndpoint: Step = pointingKubeProxy({
  name: 'pointKubeProxyAtEndpoint',
  does: 'Let kube-proxy reach the API through the load balancer',
  restart: ['rollout', 'restart', 'daemonset/kube-proxy'],
});

const wanted = (cluster: Cluster): string => `https://${apiEndpoint(cluster)}`;

/** What keeps kube-proxy from the endpoint, in words. */
async function lacking({ cluster, host }: CheckContext): Promise<string[]> {
  const found = await host.read(configMap);
  if (!found) return ['the configuration of kube-proxy cannot be read'];
  const now = server.exec(found.data['kubeconfig.conf'] ?? '')?.[2];
  if (now !== wanted(cluster)) return [`kube-proxy uses ${now ?? 'no server'}, not ${wanted(cluster)}`];
  return found.metadata.annotations?.[mark] === wanted(cluster)
    ? []
    : ['the pods of kube-proxy may have read another address at their start'];
}
