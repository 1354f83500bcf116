import type { Cluster, Machine } from '../../cluster/cluster.js';
import type { Step } from '../step.js';
import { madeCertificates } from './asked-certificates.js';
import { lackingCertificates } from './lacking-certificates.js';
import { makeCertificates } from './make-certificates.js';
import { byPhases, type Making } from './making.js';
import { authorityHosts, type OwnCertificate } from './paths.js';

export const creatingCertificates = (
  name: string,
  by: (all: readonly OwnCertificate[], cluster: Cluster, machine: Machine) => Making,
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
    const all = (await lacking(context)).map(({ certificate }) => certificate);
    await makeCertificates(host, all, by(all, cluster, host.machine));
  },
});

export const createCertificates: Step = creatingCertificates('createCertificates', (all) =>
  byPhases(all.map(({ phase }) => phase)),
);

const lacking = (context: Parameters<Step['check']>[0]): ReturnType<typeof lackingCertificates> =>
  lackingCertificates(context, madeCertificates(context.cluster, context.host.machine));
