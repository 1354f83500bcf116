import { z } from 'zod';
import { path, secret } from './names.js';

const authority = z.strictObject({
  cert: path.describe('Its certificate (PEM); it lies where the worker runs'),
  key: secret
    .describe(
      'Where its private key (PEM, RSA or ECDSA, without a passphrase) lies; left out where it stays away, and others sign',
    )
    .optional(),
});

/** Authorities that the site made itself; kubeadm makes those that are left out. */
export const certificates = z.strictObject({
  ca: authority.describe('Signs what the API server, kubelets and administrators show').optional(),
  etcdCA: authority.describe('Signs what etcd’s members and clients show').optional(),
  frontProxyCA: authority.describe('Signs what the API server shows to its extensions').optional(),
  requests: path
    .describe(
      'A folder where the worker runs, for authorities whose keys stay away: requests go out through it, and signed certificates come back',
    )
    .optional(),
});
