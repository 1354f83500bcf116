import { sh } from '../../facts/sh.js';
import type { Host } from '../host.js';
import type { Making } from './making.js';
import { pki, type OwnCertificate } from './paths.js';

const folder = '/etc/kubernetes/kha/certificates';

/**
 * Makes certificates and their keys in a folder beside and moves all into place: what runs is never without one, and where
 * making one fails nothing is changed. Keys go first; API server and etcd read both again at the next handshake.
 */
export async function makeCertificates(host: Host, all: readonly OwnCertificate[], by: Making): Promise<void> {
  if (all.length === 0) return;
  const made = all.flatMap(({ pair }) => [pair.private, pair.public]).map((path) => path.replace(pki, folder));
  const parts = [...new Set(made.map(folderOf))];
  await host.run(
    [
      'set -eu; umask 077',
      sh`rm -rf ${folder}; mkdir -p -m 0700 ${`${folder}/etcd`}`,
      // What the host has of the authorities; an etcd host has etcd's alone.
      sh`for name in ca front-proxy-ca etcd/ca; do if [ -s ${pki}/"$name.key" ]; then cp -p ${pki}/"$name.crt" ${pki}/"$name.key" ${folder}/"$(dirname "$name")"; fi; done`,
      ...by(folder),
      // Not the whole disk, which others are writing to meanwhile.
      sh`mkdir -p -m 0755 ${pki} ${`${pki}/etcd`}; sync ${made}`,
      ...parts.map(
        (part) => sh`mv -f -t ${part.replace(folder, pki)} ${made.filter((path) => folderOf(path) === part)}`,
      ),
      sh`sync ${parts.map((part) => part.replace(folder, pki))}; rm -rf ${folder}`,
    ].join('; '),
  );
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
