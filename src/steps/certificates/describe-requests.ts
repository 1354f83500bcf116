import type { Cluster } from '../../cluster/cluster.js';
import type { AskedCertificate } from './asked-certificates.js';
import { lifetime } from './request.js';

const hours = (milliseconds: number): string => `${Math.round(milliseconds / 3_600_000)} hours`;

/** For whoever signs: what a host's requests ask for. All but the lifetime stands in the requests as well. */
export function describeRequests(cluster: Cluster, asked: readonly AskedCertificate[]): string {
  const { wanted, least } = lifetime(cluster);
  return asked
    .map(({ name, commonName, organizations, names, usages }) =>
      [
        `${name}.csr`,
        `  subject:            ${[...organizations.map((one) => `O = ${one}`), `CN = ${commonName}`].join(', ')}`,
        `  names:              ${names.length > 0 ? names.join(', ') : 'none'}`,
        `  extended key usage: ${usages.join(', ')}`,
        `  lifetime:           ${hours(wanted)}, ${hours(least)} at least`,
        `  lay it beside as:   ${name}.crt`,
        '',
      ].join('\n'),
    )
    .join('\n');
}
