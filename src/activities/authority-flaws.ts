import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** What is wrong with a given authority, in words, and with which half. */
export interface Flaw {
  readonly half: 'cert' | 'key';
  readonly words: string;
}

/**
 * What keeps a certificate and its key (PEM) from being an authority of a cluster; of a certificate alone where the key is
 * not known here. Quotes nothing of the key.
 */
export function authorityFlaws(cert: string, key?: string): Flaw[] {
  const count = cert.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0;
  if (count !== 1)
    return [
      {
        half: 'cert',
        words:
          count === 0 ? 'it is no certificate in PEM' : `it holds ${count} certificates, not the authority’s alone`,
      },
    ];
  const certificate = certificateIn(cert);
  if (!certificate) return [{ half: 'cert', words: 'its certificate cannot be read' }];
  const flaws: Flaw[] = [];
  const [from, to] = [certificate.validFrom, certificate.validTo].map((date) => new Date(date)) as [Date, Date];
  if (!certificate.ca)
    flaws.push({
      half: 'cert',
      words: 'it is not the certificate of an authority (CA:TRUE, and signing where its key usage is told)',
    });
  if (to.getTime() < Date.now()) flaws.push({ half: 'cert', words: `it ended on ${day(to)}` });
  if (from.getTime() > Date.now()) flaws.push({ half: 'cert', words: `it begins on ${day(from)}` });
  if (key === undefined) return flaws;
  const secret = keyIn(key);
  if (typeof secret === 'string') return [...flaws, { half: 'key', words: secret }];
  if (!certificate.checkPrivateKey(secret)) flaws.push({ half: 'key', words: 'it is not the key of the certificate' });
  return flaws;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

function certificateIn(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

/** The key, or why kubeadm cannot take it (kubeadm, pkiutil.TryLoadKeyFromDisk). */
function keyIn(text: string): KeyObject | string {
  if (/ENCRYPTED/.test(text)) return 'it has a passphrase, which kubeadm cannot ask for';
  try {
    const key = createPrivateKey(text);
    return ['rsa', 'ec'].includes(key.asymmetricKeyType ?? '')
      ? key
      : `it is a key of ${key.asymmetricKeyType}; kubeadm takes RSA and ECDSA`;
  } catch {
    return 'it is no private key in PEM';
  }
}
