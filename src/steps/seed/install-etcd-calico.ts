import { controlPlanes } from '../../cluster/roles.js';
import { etcdHasTls } from '../../cluster/seed-profile.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { actedBefore } from '../acted-before.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';
import { calicoFile, calicoObjects } from './calico-manifest.js';
import { lackingSecret, laySecret, showSecret } from './calico-secret.js';
import { lackingObjects } from './lacking-objects.js';

/** Seed, lines 205 to 208. */
export const installEtcdCalico: Step = {
  name: 'installEtcdCalico',
  does: 'Apply Calico with etcd for its store, and images of the private registry',
  on: (cluster) => (cluster.networking.cni === 'calico' ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['healthy control plane'],
  gives: 'network',
  async check(context) {
    const wanted = calicoFile(context.cluster);
    const found = await actedBefore(context, (host) => missingFiles(host, [wanted]));
    if (!('read' in found)) return [...found];
    const objects = await found.read(apiObject<{ items: object[] }>(['-f', wanted.path]));
    return [
      ...lackingObjects(calicoObjects(context.cluster), objects),
      ...(etcdHasTls(context.cluster) ? await lackingSecret(context.cluster, found) : []),
    ];
  },
  async apply({ cluster, host }) {
    const wanted = calicoFile(cluster);
    await writeFiles(host, [wanted]);
    if (etcdHasTls(cluster)) await laySecret(cluster, host);
    await host.run(kubectl(['apply', '-f', wanted.path]));
    if (etcdHasTls(cluster)) await showSecret(host);
  },
};
