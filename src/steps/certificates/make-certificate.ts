import { sh } from '../../facts/sh.js';
import type { Host } from '../host.js';
import type { Making } from './making.js';
import { pki, type OwnCertificate } from './paths.js';

/**
 * Makes one certificate and its key in a folder beside and moves both into place: what runs is never without one, and where
 * making it fails nothing is changed. The key goes first; API server and etcd read both again at the next handshake.
 */
export async function makeCertificate(host: Host, { phase, pair }: OwnCertificate, by: Making): Promise<void> {
  const folder = `/etc/kubernetes/kha/certificate-${phase}`;
  const made = (path: string): string => path.replace(pki, folder);
  await host.run(
    [
      'set -eu; umask 077',
      sh`rm -rf ${folder}; mkdir -p -m 0700 ${`${folder}/etcd`}`,
      // What the host has of the authorities; an etcd host has etcd's alone.
      sh`for name in ca front-proxy-ca etcd/ca; do if [ -s ${pki}/"$name.key" ]; then cp -p ${pki}/"$name.crt" ${pki}/"$name.key" ${folder}/"$(dirname "$name")"; fi; done`,
      ...by(folder),
      sh`mkdir -p -m 0755 ${pki} ${`${pki}/etcd`}; sync`,
      sh`mv -fT ${made(pair.private)} ${pair.private}; mv -fT ${made(pair.public)} ${pair.public}; sync; rm -rf ${folder}`,
    ].join('; '),
  );
}
