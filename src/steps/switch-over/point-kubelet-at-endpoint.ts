import { apiEndpoint, controlPlanes, nodes } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { service } from '../../facts/service.js';
import { servesApi } from '../fitness.js';
import { unready } from '../network/ready-nodes.js';
import type { CheckContext, Step } from '../step.js';

const kubeconfig = '/etc/kubernetes/kubelet.conf';
const server = /^(\s*server:\s*)(\S+)$/m;

export const pointKubeletAtEndpoint: Step = {
  name: 'pointKubeletAtEndpoint',
  does: 'Let the kubelet reach the API through the load balancer, ten nodes at most at a time',
  on: nodes,
  pace: { atMost: 10 },
  retry: 'edit',
  needs: ['ready nodes', 'api endpoint'],
  gives: 'nodes on the endpoint',
  check: pointing,
  async apply({ cluster, host }) {
    const found = await host.read(file(kubeconfig, { secret: true }));
    if (!found) throw new Error(`${kubeconfig} is not on ${host.machine.name}`);
    const content = found.content.replace(server, (_, key: string) => `${key}https://${apiEndpoint(cluster)}`);
    await host.write(kubeconfig, content, { mode: `0${found.mode}`, secret: true });
    await host.run('systemctl restart kubelet.service');
  },
  async verify(context) {
    const missing = await pointing(context);
    if (missing.length > 0) return missing;
    const master = await context.firstFit(controlPlanes(context.cluster), servesApi);
    return unready(master, [context.host.machine]);
  },
};

async function pointing({ cluster, host }: CheckContext): Promise<string[]> {
  const [found, state] = await Promise.all([
    host.read(file(kubeconfig, { secret: true })),
    host.read(service('kubelet.service', [kubeconfig])),
  ]);
  if (!found) return [`${kubeconfig} is not there`];
  const wanted = `https://${apiEndpoint(cluster)}`;
  const now = server.exec(found.content)?.[2];
  if (now !== wanted) return [`the kubelet uses ${now ?? 'no server'}, not ${wanted}`];
  if (!state.active) return ['kubelet.service is not running'];
  return state.stale ? ['kubelet.service runs with an older configuration'] : [];
}
