import type { Client } from '@temporalio/client';
import { receiver } from '../activities/sealed.js';
import type { Cluster } from '../cluster/cluster.js';
import { askMasters } from './ask-masters.js';

/** The administrator's kubeconfig, from a control plane that has one; it travels sealed for this process. Throws when none gives it. */
export async function adminKubeconfig(client: Client, cluster: Cluster): Promise<string> {
  const { publicKey, open } = receiver();
  return open(await askMasters(client, cluster, { workflow: 'fetchKubeconfig', kind: 'kubeconfig' }, publicKey));
}
