import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { Step } from '../step.js';
import { madeCertificates } from './asked-certificates.js';
import { lackingCertificates } from './lacking-certificates.js';
import { makeCertificate } from './make-certificate.js';
import { byPhases, type Making } from './making.js';
import { authorityHosts, type OwnCertificate } from './paths.js';

export const creatingCertificates = (
  name: string,
  by: (of: OwnCertificate, cluster: Cluster, machine: Machine) => Making,
): Step => ({
  name,
  does: 'Make the host’s own certificates from the shared authorities',
  on: authorityHosts,
  pace: 'all at once',
  retry: 'edit',
  // Each host copies before it makes its own.
  needs: ['certificate authorities'],
  gives: 'certificates',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    const { cluster, host } = context;
    for (const { certificate } of await lacking(context))
      await makeCertificate(host, certificate, by(certificate, cluster, host.machine));
  },
});

export const createCertificates: Step = creatingCertificates('createCertificates', ({ phase }) => byPhases([phase]));

const lacking = (context: Parameters<Step['check']>[0]): ReturnType<typeof lackingCertificates> =>
  lackingCertificates(context, madeCertificates(context.cluster, context.host.machine));
