import type { Step } from '../step.js';
import { madeCertificates } from './asked-certificates.js';
import { lackingCertificates } from './lacking-certificates.js';
import { makeCertificate } from './make-certificate.js';
import { authorityHosts } from './paths.js';

export const createCertificates: Step = {
  name: 'createCertificates',
  does: 'Make the host’s own certificates from the shared authorities',
  on: authorityHosts,
  pace: 'all at once',
  retry: 'edit',
  // Each host copies before it makes its own.
  needs: ['certificate authorities'],
  gives: 'certificates',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    for (const { certificate } of await lacking(context)) await makeCertificate(context.host, certificate);
  },
};

const lacking = (context: Parameters<Step['check']>[0]): ReturnType<typeof lackingCertificates> =>
  lackingCertificates(context, madeCertificates(context.cluster, context.host.machine));
