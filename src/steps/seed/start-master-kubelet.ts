import { controlPlanes } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { service } from '../../facts/service.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { masterConfiguration } from './master-configuration.js';

const kubeconfig = '/etc/kubernetes/kubelet.conf';

/** Seed, lines 122 and 129: from here on static pods run, though no API server answers yet. */
export const startMasterKubelet: Step = {
  name: 'startMasterKubelet',
  does: 'Make the kubelet’s kubeconfig out of the shared certificates, and start the kubelet',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificate authorities', 'kubelet unit'],
  gives: 'certificates',
  async check({ host }) {
    const [found, state] = await Promise.all([
      host.read(existing([kubeconfig])),
      host.read(service('kubelet.service')),
    ]);
    const missing = found.length > 0 ? [] : [`${kubeconfig} is not there`];
    return state.active ? missing : [...missing, 'kubelet.service is not running'];
  },
  async apply({ host }) {
    if ((await host.read(existing([kubeconfig]))).length === 0)
      await host.run(sh`kubeadm alpha phase kubeconfig kubelet --config ${masterConfiguration}`);
    await host.run('systemctl daemon-reload && systemctl restart kubelet.service');
  },
};
