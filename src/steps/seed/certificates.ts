import { useOf } from '../certificates/asked-certificates.js';
import { creatingAuthorities } from '../certificates/create-certificate-authorities.js';
import { creatingCertificates } from '../certificates/create-certificates.js';
import { byAlphaPhases, byOpenssl } from './making.js';

/** Seed, line 120: everything that kubeadm makes, on one master for all; copyCertificateAuthorities takes it to the others. */
export const createSharedCertificates = creatingAuthorities({
  name: 'createSharedCertificates',
  does: 'Make all certificates and the service account key for every master, once each has said that it has none',
  by: byAlphaPhases,
});

/** None where etcd speaks plain HTTP, as in the seed. */
export const createEtcdCertificates = creatingCertificates('createEtcdCertificates', (certificate, cluster, machine) =>
  byOpenssl({ ...certificate, ...useOf(cluster, machine, certificate.phase) }),
);
