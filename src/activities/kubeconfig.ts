import { sshSettings, type Cluster } from '../cluster/cluster.js';
import { controlPlanes } from '../cluster/roles.js';
import { answer } from '../facts/fact.js';
import { file } from '../facts/files.js';
import { Pool } from './ssh/pool.js';

/** The administrator's kubeconfig, from whichever master has one and answers. Throws what the last one said. */
export async function fetchKubeconfig(cluster: Cluster): Promise<string> {
  const pool = new Pool({ patience: 0 });
  let failure = new Error(`no master of ${cluster.name} has /etc/kubernetes/admin.conf: the cluster is not installed`);
  try {
    for (const machine of controlPlanes(cluster)) {
      const fact = file('/etc/kubernetes/admin.conf', { secret: true });
      try {
        const link = pool.to({ name: machine.name, address: machine.address, settings: sshSettings(cluster, machine) });
        const found = answer(fact, await link.run(fact.command));
        if (found) return found.content;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    }
    throw failure;
  } finally {
    pool.close();
  }
}
