import type { Cluster } from '../../cluster/cluster.js';
import { etcdHasTls } from '../../cluster/seed-profile.js';
import { sh } from '../../facts/sh.js';
import type { AskedCertificate } from '../certificates/asked-certificates.js';
import type { Making } from '../certificates/making.js';
import { masterConfiguration } from './master-configuration.js';

/** Days that a certificate of etcd's lasts: as long as those that kubeadm 1.9 makes, and its authorities. */
const lasts = { certificate: 365, authority: 3650 };

/** kubeadm's own configuration, with a folder beside for the certificates. */
const documentFor = (folder: string): string =>
  sh`cp ${masterConfiguration} ${`${folder}/kubeadm.yaml`}; echo ${`certificatesDir: ${folder}`} >>${`${folder}/kubeadm.yaml`}`;

/** One that kubeadm 1.9 signs, with the authority's key, which lies in the folder already. */
export const byAlphaPhase =
  (phase: string): Making =>
  (folder) => [documentFor(folder), sh`kubeadm alpha phase certs ${phase} --config ${`${folder}/kubeadm.yaml`}`];

/** Seed, line 120. kubeadm 1.9 makes nothing for etcd, so where that has TLS its authority is made beside. */
export const byAlphaPhases =
  (cluster: Cluster): Making =>
  (folder) => [
    documentFor(folder),
    sh`kubeadm alpha phase certs all --config ${`${folder}/kubeadm.yaml`}`,
    ...(etcdHasTls(cluster)
      ? [
          sh`mkdir -p ${`${folder}/etcd`}; openssl req -x509 -sha256 -newkey rsa:2048 -nodes -days ${lasts.authority} -subj /CN=etcd-ca -keyout ${`${folder}/etcd/ca.key`} -out ${`${folder}/etcd/ca.crt`} 2>&1`,
        ]
      : []),
  ];

type Wanted = Pick<AskedCertificate, 'pair' | 'names' | 'commonName' | 'usages'>;

/** A certificate of etcd's, signed with its authority's key, which lies in the folder already. */
export const byOpenssl =
  ({ pair, names, commonName, usages }: Wanted): Making =>
  (folder) => {
    const [key, request, extensions, certificate] = ['.key', '.csr', '.ext', '.crt'].map(
      (ending) => `${folder}/${pair.name}${ending}`,
    ) as [string, string, string, string];
    const alternatives = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`);
    const lines = [
      `extendedKeyUsage = ${usages.join(', ')}`,
      ...(alternatives.length > 0 ? [`subjectAltName = ${alternatives.join(', ')}`] : []),
    ];
    return [
      sh`openssl req -newkey rsa:2048 -nodes -subj ${`/CN=${commonName}`} -keyout ${key} -out ${request} 2>&1`,
      sh`printf '%s\\n' ${lines} >${extensions}`,
      sh`openssl x509 -req -sha256 -days ${lasts.certificate} -in ${request} -CA ${`${folder}/etcd/ca.crt`} -CAkey ${`${folder}/etcd/ca.key`} -CAcreateserial -extfile ${extensions} -out ${certificate} 2>&1`,
    ];
  };
