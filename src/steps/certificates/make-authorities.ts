import { sh } from '../../facts/sh.js';
import { certificateConfiguration } from '../control-plane/kubeadm-documents.js';
import type { Host } from '../host.js';
import { pki, staged } from './paths.js';

/**
 * Writes kubeadm's document once more into a folder of its own, with that folder for the certificates: what kubeadm makes
 * there takes its place only when it is whole. Fails when the document does not look as it should.
 */
export const documentFor = (folder: string): string =>
  sh`sed ${`s|"kind": "ClusterConfiguration",|&\\n  "certificatesDir": "${folder}",|`} ${certificateConfiguration} >${`${folder}/kubeadm.yaml`}; ` +
  sh`grep -q certificatesDir ${`${folder}/kubeadm.yaml`}`;

/** One at a time, and the files in their place without ever replacing one; what was cut short is gone on with. */
const lock = 'mkdir -p /run/lock; exec 9>/run/lock/kha-authorities; flock -w 60 9';

/**
 * Makes authorities on a host that has none of them, by the phases of kubeadm: all in a folder beside first, so that a host
 * that is cut off has either made none or has them all. Phases may be none when there is only something to go on with.
 */
export async function makeAuthorities(host: Host, phases: readonly string[]): Promise<void> {
  const making = `${staged}.making`;
  const make = [
    sh`rm -rf ${making}; mkdir -p -m 0700 ${making}`,
    documentFor(making),
    ...phases.map((phase) =>
      phase === 'sa'
        ? sh`kubeadm init phase certs sa --cert-dir ${making}`
        : sh`kubeadm init phase certs ${phase} --config ${`${making}/kubeadm.yaml`}`,
    ),
    sh`rm -f ${`${making}/kubeadm.yaml`}; sync; mv -T ${making} ${staged}; sync`,
  ];
  await host.run(
    [
      'set -eu; umask 077',
      lock,
      `${sh`if [ ! -d ${staged} ]; then`} ${make.join('; ')}; fi`,
      sh`mkdir -p -m 0755 ${pki} ${`${pki}/etcd`}; cd ${staged}`,
      'for file in $(find . -type f); do ' +
        sh`if [ -s ${pki}/"$file" ]; then echo "error: $file is there already and is not replaced" >&2; exit 1; fi; ` +
        sh`mv -fT "$file" ${pki}/"$file"; done`,
      sh`sync; cd /; rm -rf ${staged}`,
    ].join('; '),
  );
}
