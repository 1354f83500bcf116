import { useOf } from '../certificates/asked-certificates.js';
import { creatingCertificates } from '../certificates/create-certificates.js';
import type { Step } from '../step.js';
import { byOpenssl } from './making.js';

/** None where etcd speaks plain HTTP, as in the seed. */
export const createEtcdCertificates: Step = creatingCertificates(
  'createEtcdCertificates',
  (certificate, cluster, machine) => byOpenssl({ ...certificate, ...useOf(cluster, machine, certificate.phase) }),
);
