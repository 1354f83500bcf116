import { X509Certificate } from 'node:crypto';
import { canonical } from '../cluster/ip.js';
import type { Usage, WantedCertificate } from '../steps/requests.js';

/** RFC 5280, 4.2.1.12. */
const usages: Readonly<Record<Usage, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

/** A certificate as PEM, and its first one alone; undefined where there is none, or only half of one. */
export function firstCertificate(text: string): { pem: string; certificate: X509Certificate } | undefined {
  const [pem] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(text) ?? [];
  if (pem === undefined) return undefined;
  try {
    return { pem: `${pem}\n`, certificate: new X509Certificate(pem) };
  } catch {
    return undefined;
  }
}

/** A certificate's public key, as the fact `keyPairs` tells it of a key. */
export const keyOf = (certificate: X509Certificate): string =>
  certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/**
 * What makes a signed certificate another than was asked for, in words; `authority` is the PEM of who was to sign it.
 * Further names, usages and attributes that an authority adds do no harm; a further organization is a group more in
 * Kubernetes, so those have to be the same.
 */
export function certificateFlaws(certificate: X509Certificate, authority: string, wanted: WantedCertificate): string[] {
  if (keyOf(certificate) !== wanted.key)
    return ['it is of another key than the request (another host’s, or the answer to an older request)'];
  const flaws: string[] = [];
  const signer = new X509Certificate(authority);
  const { field, cert } = wanted.authority;
  if (!isSignedBy(certificate, signer)) flaws.push(`it is not signed by certificates.${field} (${cert})`);
  if (certificate.ca) flaws.push('it is the certificate of an authority (CA:TRUE)');
  const { CN, O } = certificate.toLegacyObject().subject as unknown as Record<string, string | string[] | undefined>;
  if (list(CN).join() !== wanted.commonName)
    flaws.push(`its common name is ${shown(list(CN))}, not ${wanted.commonName}`);
  if (list(O).sort().join() !== [...wanted.organizations].sort().join())
    flaws.push(`its organization is ${shown(list(O))}, not ${shown(wanted.organizations)}`);
  const names = [...(certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, one = '']) =>
    one.includes(':') ? canonical(one) : one,
  );
  const unnamed = wanted.names.filter((name) => !names.includes(name));
  if (unnamed.length > 0) flaws.push(`it is not good for ${unnamed.join(', ')}`);
  // Of a certificate that names none, any use is allowed.
  const used = certificate.keyUsage as readonly string[] | undefined;
  const unused = used ? wanted.usages.filter((usage) => !used.includes(usages[usage])) : [];
  if (unused.length > 0) flaws.push(`it is not for ${unused.join(', ')} (extended key usage)`);
  const [from, to] = [certificate.validFrom, certificate.validTo].map((date) => new Date(date)) as [Date, Date];
  if (from.getTime() > Date.now()) flaws.push(`it begins at ${minute(from)} only`);
  if (to.getTime() < Date.now()) flaws.push(`it ended at ${minute(to)}`);
  else if (to.getTime() < Date.now() + wanted.least)
    flaws.push(`it ends at ${minute(to)}, and should be good for ${span(wanted.least)} at least`);
  return flaws;
}

function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(signer) && certificate.verify(signer.publicKey);
  } catch {
    // A key of another kind than the signature's.
    return false;
  }
}

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value];

const shown = (values: readonly string[]): string => (values.length === 0 ? 'none' : values.join(', '));

const minute = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** In days, or in hours where it is less than two. */
export function span(milliseconds: number): string {
  const hours = Math.round(milliseconds / 3_600_000);
  return hours >= 48 ? `${Math.round(hours / 24)} days` : `${hours} hours`;
}
