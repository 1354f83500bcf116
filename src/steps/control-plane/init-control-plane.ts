import { controlPlanes } from '../../cluster/roles.js';
import { etcdHealth } from '../../facts/etcd.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { completed, expectedFindings, takeOver } from './take-over.js';
import { etcdEndpoints } from './kubeadm-documents.js';
import { groundOf, initConfiguration } from './write-kubeadm-documents.js';

export const initControlPlane: Step = {
  name: 'initControlPlane',
  does: 'Run kubeadm init on every master at once: etcd stands and they share the authorities',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['certificates', 'images', 'kubelet unit', 'healthy etcd', 'api endpoint'],
  gives: 'control plane',
  async check({ host }) {
    const found = await host.read(existing([completed('control-plane')]));
    return found.length > 0 ? [] : ['kubeadm init has not ended well here'];
  },
  async apply({ cluster, host }) {
    const ignored = expectedFindings(await groundOf(host));
    const init = sh`kubeadm init --config ${initConfiguration} --skip-token-print --ignore-preflight-errors ${ignored}`;
    // kubeadm's preflight wants every member, and a host that was restarted in mid-install starts its own only now.
    await host.runUnit(takeOver(host.machine, 'control-plane', init, etcdHealth(etcdEndpoints(cluster))));
  },
};
