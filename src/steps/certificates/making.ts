import { sh } from '../../facts/sh.js';
import { certificateConfiguration } from '../control-plane/kubeadm-documents.js';

/** Shell, a command an entry, that makes certificates and keys in a folder as they are to lie below /etc/kubernetes/pki. */
export type Making = (folder: string) => readonly string[];

/**
 * Writes kubeadm's document once more into a folder of its own, with that folder for the certificates: what kubeadm makes
 * there takes its place only when it is whole. Fails when the document does not look as it should.
 */
export const documentFor = (folder: string): string =>
  sh`sed ${`s|"kind": "ClusterConfiguration",|&\\n  "certificatesDir": "${folder}",|`} ${certificateConfiguration} >${`${folder}/kubeadm.yaml`}; ` +
  sh`grep -q certificatesDir ${`${folder}/kubeadm.yaml`}`;

/** By the phases of kubeadm; they may be none when there is only something to go on with. */
export const byPhases =
  (phases: readonly string[]): Making =>
  (folder) => [
    documentFor(folder),
    ...phases.map((phase) =>
      phase === 'sa'
        ? sh`kubeadm init phase certs sa --cert-dir ${folder}`
        : sh`kubeadm init phase certs ${phase} --config ${`${folder}/kubeadm.yaml`}`,
    ),
  ];
