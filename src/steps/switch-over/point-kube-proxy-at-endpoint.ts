import type { Cluster } from '../../cluster/cluster.js';
import { apiEndpoint, controlPlanes } from '../../cluster/roles.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { rolledOut } from '../../facts/rollout.js';

interface ConfigMap {
  readonly metadata: {
    readonly creationTimestamp: string;
    readonly annotations?: Readonly<Record<string, string>>;
    /** Who wrote which fields, and when he last changed one (kubernetes.io, server-side apply, field management). */
    readonly managedFields?: readonly {
      readonly time?: string;
      readonly fieldsV1?: { readonly 'f:data'?: Readonly<Record<string, object>> };
    }[];
  };
  readonly data: Readonly<Record<string, string>>;
}
const namespace = ['-n', 'kube-system'];
const kubeconfig = 'kubeconfig.conf';
const server = /(\n\s*server:\s*)(\S+)/;
/** Says for which endpoint the pods were restarted: without it nobody could tell whether they have read what is there now. */
const mark = 'kubernetes-ha.io/restarted-for';

/**
 * `restart`: what kubectl is told for pods that read the configuration anew; `shown`: to tell of an object who wrote it, which
 * kubectl of Kubernetes 1.9 cannot.
 */
export function pointingKubeProxy({
  name,
  does,
  restart,
  shown,
}: Pick<Step, 'name' | 'does'> & { readonly restart: readonly string[]; readonly shown: readonly string[] }): Step {
  const configMap = apiObject<ConfigMap>([...namespace, 'configmap', 'kube-proxy', ...shown]);
  const rollout = rolledOut('kube-system', 'daemonset/kube-proxy');
  return {
    name,
    does,
    on: controlPlanes,
    pace: { once: servesApi },
    retry: 'edit',
    needs: ['ready nodes', 'api endpoint'],
    async check({ cluster, host }) {
      const [found, waiting] = await Promise.all([host.read(configMap), host.read(rollout)]);
      return [...lacking(cluster, found), ...waiting];
    },
    async apply({ cluster, host }) {
      const patch = async (change: object): Promise<unknown> =>
        host.run(`${kubectl([...namespace, 'patch', 'configmap', 'kube-proxy', '--type', 'merge', '-p'])} "$(cat)"`, {
          stdin: JSON.stringify(change),
        });
      const found = await host.read(configMap);
      // Pods that are only on their way are left alone.
      if (lacking(cluster, found).length === 0) return;
      const before = found?.data[kubeconfig] ?? '';
      const after = before.replace(server, (_, key: string) => `${key}${wanted(cluster)}`);
      // Without its mark in the same moment: what ends kha before the restart must not leave a mark of an earlier one.
      if (after !== before) await patch({ metadata: { annotations: { [mark]: null } }, data: { [kubeconfig]: after } });
      await host.run(kubectl([...namespace, ...restart]));
      await patch({ metadata: { annotations: { [mark]: wanted(cluster) } } });
    },
    verify: ({ host }) => host.read(rollout),
  };
}

export const pointKubeProxyAtEndpoint: Step = pointingKubeProxy({
  name: 'pointKubeProxyAtEndpoint',
  does: 'Let kube-proxy reach the API through the load balancer',
  restart: ['rollout', 'restart', 'daemonset/kube-proxy'],
  shown: ['--show-managed-fields'],
});

const wanted = (cluster: Cluster): string => `https://${apiEndpoint(cluster)}`;

/** What keeps kube-proxy from the endpoint, in words. */
function lacking(cluster: Cluster, found: ConfigMap | undefined): string[] {
  if (!found) return ['the configuration of kube-proxy cannot be read'];
  const now = server.exec(found.data[kubeconfig] ?? '')?.[2];
  if (now !== wanted(cluster)) return [`kube-proxy uses ${now ?? 'no server'}, not ${wanted(cluster)}`];
  return found.metadata.annotations?.[mark] === wanted(cluster) || isAsMade(found)
    ? []
    : ['the pods of kube-proxy may have read another address at their start'];
}

/** Whether the address is the first that was ever there: kubeadm makes the pods after the configuration that they read. */
function isAsMade({ metadata: { creationTimestamp, managedFields = [] } }: ConfigMap): boolean {
  const writers = managedFields.filter(({ fieldsV1 }) => fieldsV1?.['f:data']?.[`f:${kubeconfig}`] !== undefined);
  return (
    writers.length > 0 &&
    writers.every(({ time }) => time !== undefined && Date.parse(time) <= Date.parse(creationTimestamp))
  );
}
