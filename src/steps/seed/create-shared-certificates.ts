import { creatingAuthorities } from '../certificates/create-certificate-authorities.js';
import type { Step } from '../step.js';
import { byAlphaPhases } from './making.js';

/** Seed, line 120: everything that kubeadm makes, on one master for all; copyCertificateAuthorities takes it to the others. */
export const createSharedCertificates: Step = creatingAuthorities({
  name: 'createSharedCertificates',
  does: 'Make all certificates and the service account key for every master, once each has said that it has none',
  by: byAlphaPhases,
});
