import type { Cluster } from '../../cluster/cluster.js';
import { apiEndpoint, controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { rolledOut } from '../../facts/rollout.js';
import { unchangedSince } from '../../facts/unchanged.js';

interface ConfigMap {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly data: Readonly<Record<string, string>>;
}
const namespace = ['-n', 'kube-system'];
const configMap = apiObject<ConfigMap>([...namespace, 'configmap', 'kube-proxy']);
const rollout = rolledOut('kube-system', 'daemonset/kube-proxy');
const sinceTheirStart = unchangedSince(namespace, 'configmap/kube-proxy', 'daemonset/kube-proxy');
const kubeconfig = 'kubeconfig.conf';
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
  check: async (context) => (await Promise.all([lacking(context), context.host.read(rollout)])).flat(),
  async apply({ cluster, host }) {
    // Pods that are only on their way are left alone.
    if ((await lacking({ cluster, host })).length === 0) return;
    const patch = async (change: object): Promise<unknown> =>
      host.run(`${kubectl([...namespace, 'patch', 'configmap', 'kube-proxy', '--type', 'merge', '-p'])} "$(cat)"`, {
        stdin: JSON.stringify(change),
      });
    const found = await host.read(configMap);
    const before = found?.data[kubeconfig] ?? '';
    const after = before.replace(server, (_, key: string) => `${key}${wanted(cluster)}`);
    // Without its mark in the same moment: what ends kha before the restart must not leave a mark of an earlier one.
    if (after !== before) await patch({ metadata: { annotations: { [mark]: null } }, data: { [kubeconfig]: after } });
    await host.run(kubectl([...namespace, ...restart]));
    await patch({ metadata: { annotations: { [mark]: wanted(cluster) } } });
  },
  verify: ({ host }) => host.read(rollout),
});

export const pointKubeProxyAtEndpoint: Step = pointingKubeProxy({
  name: 'pointKubeProxyAtEndpoint',
  does: 'Let kube-proxy reach the API through the load balancer',
  restart: ['rollout', 'restart', 'daemonset/kube-proxy'],
});

const wanted = (cluster: Cluster): string => `https://${apiEndpoint(cluster)}`;

/** What keeps kube-proxy from the endpoint, in words. */
async function lacking({ cluster, host }: Pick<CheckContext, 'cluster' | 'host'>): Promise<string[]> {
  const found = await host.read(configMap);
  if (!found) return ['the configuration of kube-proxy cannot be read'];
  const now = server.exec(found.data[kubeconfig] ?? '')?.[2];
  if (now !== wanted(cluster)) return [`kube-proxy uses ${now ?? 'no server'}, not ${wanted(cluster)}`];
  if (found.metadata.annotations?.[mark] === wanted(cluster) || (await host.read(sinceTheirStart))) return [];
  return ['the pods of kube-proxy may have read another address at their start'];
}
