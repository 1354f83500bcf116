import { controlPlanes, workers } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { withToken } from '../control-plane/bootstrap-token.js';
import { joinDocuments } from '../control-plane/kubeadm-documents.js';
import { completed, expectedFindings, takeOver } from '../control-plane/take-over.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import { servesApi } from '../fitness.js';
import type { Step } from '../step.js';

const configuration = '/var/lib/kha/join.yaml';

export const joinWorker: Step = {
  name: 'joinWorker',
  does: 'Join the worker with a token of its own, and delete the token',
  on: workers,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['network', 'kubelet unit', 'images'],
  gives: 'workers',
  async check({ host }) {
    const found = await host.read(existing([completed('worker')]));
    return found.length > 0 ? [] : ['kubeadm join has not ended well here'];
  },
  async apply({ cluster, host, firstFit }) {
    const master = await firstFit(controlPlanes(cluster), servesApi);
    const ignored = expectedFindings(await groundOf(host));
    const kubeadm = sh`kubeadm join --config ${configuration} --ignore-preflight-errors ${ignored}`;
    await withToken(master, host.machine.name, async (admission) => {
      try {
        await host.write(configuration, joinDocuments(cluster, host.machine, admission), {
          mode: '0600',
          secret: true,
        });
        await host.runUnit(takeOver(host.machine, { role: 'worker', kubeadm }));
      } finally {
        await host.run(sh`rm -f ${configuration}`);
      }
    });
  },
};
