import type { Cluster } from '../../cluster/cluster.js';
import { sh } from '../../facts/sh.js';
import type { AskedCertificate } from './asked-certificates.js';

/** Where keys lie that were asked with and whose certificates are not laid yet. */
export const requestFolder = '/etc/kubernetes/kha/requests';

/** What a host keeps of a request; `cnf` is written last, and tells what the request was made of. */
export const requestFiles = (name: string): Readonly<Record<'key' | 'csr' | 'cnf', string>> => ({
  key: `${requestFolder}/${name}.key`,
  csr: `${requestFolder}/${name}.csr`,
  cnf: `${requestFolder}/${name}.cnf`,
});

const isAddress = (name: string): boolean => /^\d+(\.\d+){3}$/.test(name) || name.includes(':');

/** openssl's configuration of a request (openssl-req, openssl-x509v3_config). No value of the spec can hold a line's end. */
export function requestConfiguration({ commonName, organizations, names, usages }: AskedCertificate): string {
  const said = names.map((name) => `${isAddress(name) ? 'IP' : 'DNS'}:${name}`);
  return [
    '[req]',
    'prompt = no',
    'distinguished_name = subject',
    'req_extensions = wanted',
    '[subject]',
    ...organizations.map((one, index) => `${index}.O = ${one}`),
    `CN = ${commonName}`,
    '[wanted]',
    'basicConstraints = critical,CA:FALSE',
    'keyUsage = critical,digitalSignature,keyEncipherment',
    `extendedKeyUsage = ${usages.join(',')}`,
    ...(said.length > 0 ? [`subjectAltName = ${said.join(',')}`] : []),
    '',
  ].join('\n');
}

/** How openssl makes a key of the kind that kubeadm would (kubeadm.k8s.io/v1beta4, encryptionAlgorithm). */
function keyOptions({ kubeadm }: Cluster): readonly string[] {
  const [kind, size = ''] = String(kubeadm.ClusterConfiguration['encryptionAlgorithm'] ?? 'RSA-2048').split('-');
  return kind === 'ECDSA'
    ? ['EC', '-pkeyopt', `ec_paramgen_curve:P-${size.slice(1)}`, '-pkeyopt', 'ec_param_enc:named_curve']
    : ['RSA', '-pkeyopt', `rsa_keygen_bits:${size}`];
}

/** Makes a key, where there is none to ask with, and a request out of the configuration that is given on standard input. */
export function makeRequest(cluster: Cluster, name: string): string {
  const { key, csr, cnf } = requestFiles(name);
  return [
    'set -eu; umask 077',
    sh`mkdir -p -m 0700 ${requestFolder}; cat >${`${cnf}.new`}; rm -f ${cnf}`,
    sh`if [ ! -s ${key} ]; then openssl genpkey -algorithm ${keyOptions(cluster)} -out ${`${key}.new`}; sync ${`${key}.new`}; mv -fT ${`${key}.new`} ${key}; fi`,
    sh`openssl req -new -sha256 -key ${key} -config ${`${cnf}.new`} -out ${`${csr}.new`}; sync ${[`${csr}.new`, `${cnf}.new`]}`,
    sh`mv -fT ${`${csr}.new`} ${csr}; mv -fT ${`${cnf}.new`} ${cnf}; sync ${requestFolder}`,
  ].join('; ');
}

/**
 * How long a certificate is asked to be valid, how long it must be at least, and from how long before its end on another one
 * is asked for; milliseconds. What was just signed is never asked for again.
 */
export function lifetime({ kubeadm }: Cluster): Readonly<Record<'wanted' | 'least' | 'renewal', number>> {
  const wanted = milliseconds(kubeadm.ClusterConfiguration['certificateValidityPeriod']) ?? 365 * day;
  const least = Math.min(30 * day, wanted / 2);
  return { wanted, least, renewal: least / 2 };
}

/** That a certificate has ended, or does so within `renewal` milliseconds, in words; undefined where it does not. */
export function endingWords(expires: number, renewal: number): string | undefined {
  const left = expires - Date.now();
  if (left < 0) return 'has expired';
  if (left >= renewal) return undefined;
  return left < day ? `ends in ${Math.floor(left / units['h']!)} hours` : `ends in ${Math.floor(left / day)} days`;
}

const day = 86_400_000;
const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** A duration as Go writes it (`4380h0m0s`); undefined where there is none. */
function milliseconds(duration: unknown): number | undefined {
  if (typeof duration !== 'string') return undefined;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * units[unit]!, 0);
}
