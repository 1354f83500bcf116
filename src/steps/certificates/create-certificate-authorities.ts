import { firstControlPlane } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { certificateConfiguration } from '../control-plane/write-kubeadm-documents.js';
import type { Step } from '../step.js';
import { authorities } from './paths.js';

export const createCertificateAuthorities: Step = {
  name: 'createCertificateAuthorities',
  does: 'Make the certificate authorities and the service account key on the first master',
  on: firstControlPlane,
  pace: { atMost: 1 },
  retry: 'edit',
  needs: ['packages'],
  gives: 'first certificate authorities',
  async check({ cluster, host }) {
    const wanted = authorities(cluster, host.machine);
    const found = await host.read(existing(wanted));
    return wanted.filter((path) => !found.includes(path)).map((path) => `${path} is not there`);
  },
  // kubeadm keeps what is there, so a run that was cut short goes on where it was.
  async apply({ host }) {
    const phases = ['ca', 'front-proxy-ca', 'etcd-ca', 'sa'];
    const one = (phase: string): string =>
      `kubeadm init phase certs ${phase}${phase === 'sa' ? '' : ` --config ${certificateConfiguration}`}`;
    await host.run(phases.map(one).join(' && '));
  },
};
