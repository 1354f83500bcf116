import { apiEndpoint, controlPlanes, workers } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { service } from '../../facts/service.js';
import { servesApi } from '../fitness.js';
import { unready } from '../network/ready-nodes.js';
import type { CheckContext, Step } from '../step.js';

const kubeconfig = '/etc/kubernetes/kubelet.conf';
const server = /^(\s*server:\s*)(\S+)$/m;

export const pointingKubelets = ({ name, does, on }: Pick<Step, 'name' | 'does' | 'on'>): Step => ({
  name,
  does,
  on,
  pace: { atMost: 10 },
  retry: 'edit',
  needs: ['ready nodes', 'api endpoint'],
  gives: 'nodes on the endpoint',
  check: pointing,
  async apply({ cluster, host }) {
    const found = await host.read(file(kubeconfig, { secret: true }));
    if (!found) throw new Error(`${kubeconfig} is not on ${host.machine.name}`);
    const content = found.content.replace(server, (_, key: string) => `${key}https://${apiEndpoint(cluster)}`);
    await host.write(`${kubeconfig}.new`, content, { mode: `0${found.mode}`, secret: true });
    // In one go: a kubelet writes this file itself when it joins, so its date does not tell whether it was read.
    await host.run(`mv -f ${kubeconfig}.new ${kubeconfig} && systemctl restart kubelet.service`);
  },
  async verify(context) {
    const missing = await pointing(context);
    if (missing.length > 0) return missing;
    const master = await context.firstFit(controlPlanes(context.cluster), servesApi);
    return unready(context.cluster, master, [context.host.machine]);
  },
});

export const pointKubeletAtEndpoint: Step = pointingKubelets({
  name: 'pointKubeletAtEndpoint',
  does: 'Let the workers’ kubelets reach the API through the load balancer, ten at most at a time',
  // kubeadm points a control plane's kubelet at its own API server at each join and upgrade: it must not be newer than that one.
  on: workers,
});

async function pointing({ cluster, host }: CheckContext): Promise<string[]> {
  const [found, state] = await Promise.all([
    host.read(file(kubeconfig, { secret: true })),
    host.read(service('kubelet.service')),
  ]);
  if (!found) return [`${kubeconfig} is not there`];
  const wanted = `https://${apiEndpoint(cluster)}`;
  const now = server.exec(found.content)?.[2];
  if (now !== wanted) return [`the kubelet uses ${now ?? 'no server'}, not ${wanted}`];
  return state.active ? [] : ['kubelet.service is not running'];
}
