import { controlPlanes, isStacked } from '../../cluster/roles.js';
import { etcdHealth } from '../../facts/etcd.js';
import { sh } from '../../facts/sh.js';
import { clientUrls } from '../etcd/manifest.js';
import type { Step } from '../step.js';
import { expectedFindings, hasCompleted, laidKubeconfigs, takeOver } from './take-over.js';
import { initPath, wayIn } from './way-in.js';
import { groundOf, initConfiguration } from './write-kubeadm-documents.js';

export const initControlPlane: Step = {
  name: 'initControlPlane',
  does: 'Run kubeadm init on every first control plane at once: etcd stands and they share the authorities',
  on: controlPlanes,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['certificates', 'signed certificates', 'images', 'kubelet unit', 'healthy etcd', 'api endpoint'],
  gives: 'control plane',
  async check(context) {
    if (await hasCompleted(context.host, 'control-plane')) return [];
    return (await wayIn(context)) === 'init' ? ['kubeadm init has not ended well here'] : [];
  },
  async apply({ cluster, host }) {
    const ignored = expectedFindings(cluster, await groundOf(host), 'control-plane');
    const skipped = isStacked(cluster) ? ' --skip-phases etcd' : '';
    const kubeadm = sh`kubeadm init --config ${initConfiguration(cluster)} --skip-token-print --ignore-preflight-errors ${ignored}`;
    await host.write(initPath, 'begun\n');
    // A host that was restarted in mid-install starts its member only now.
    const command = etcdHealth(clientUrls(cluster));
    const awaited = { what: 'not every etcd member answers', command };
    await host.runUnit(
      takeOver(host.machine, {
        role: 'control-plane',
        kubeadm: kubeadm + skipped,
        awaited,
        ...laidKubeconfigs(cluster, host.machine),
      }),
    );
  },
};
