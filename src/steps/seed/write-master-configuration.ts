import { controlPlanes } from '../../cluster/roles.js';
import { limits } from '../../facts/kernel.js';
import { existing } from '../../facts/files.js';
import { refuseMovedData } from '../etcd/moved-data.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';
import { masterConfiguration, masterDocument } from './master-configuration.js';

export const writeMasterConfiguration: Step = {
  name: 'writeMasterConfiguration',
  does: 'Write kubeadm’s configuration, on each master with its own address',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'edit',
  async check(context) {
    const missing = await missingFiles(context.host, await files(context));
    if (missing.length === 0) return missing;
    await refuseMovedData(context);
    await refuseOtherBeginning(context);
    return missing;
  },
  apply: async (context) => writeFiles(context.host, await files(context)),
};

const files = async ({ cluster, host }: CheckContext): Promise<WantedFile[]> => [
  { path: masterConfiguration, content: masterDocument(cluster, host.machine, await host.read(limits)), mode: '600' },
];

/** kubeadm 1.9 changes nothing of a master that stands: another document would only tell otherwise than is. */
async function refuseOtherBeginning({ host }: CheckContext): Promise<void> {
  const found = await host.read(existing([masterConfiguration, '/etc/kubernetes/admin.conf']));
  if (found.length === 2)
    throw new Refusal(
      `${masterConfiguration} differs from what kubeadm init was told on ${host.machine.name}`,
      'nothing was changed: write into the spec what the master was made with, and install again; another configuration takes another cluster',
    );
}
