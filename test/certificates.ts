import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Made {
  readonly cert: string;
  readonly key: string;
}

/** A certificate and its key in PEM, as openssl makes them: an authority’s unless told. */
export function madeAuthority({ key = ['rsa:2048'], ca = true, more = ['-days', '30'] }: MadeOptions = {}): Made {
  const folder = mkdtempSync(join(tmpdir(), 'kha-ca-'));
  try {
    const [open, secret] = ['crt', 'key'].map((end) => join(folder, end)) as [string, string];
    const uses = ca ? 'critical,CA:TRUE' : 'critical,CA:FALSE';
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', ...key, '-noenc', '-subj', '/CN=of the site', '-keyout', secret, '-out', open].concat(
        '-addext',
        `basicConstraints=${uses}`,
        more,
      ),
      { stdio: 'pipe' },
    );
    return { cert: readFileSync(open, 'utf8'), key: readFileSync(secret, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface MadeOptions {
  /** What follows `-newkey`. */
  readonly key?: readonly string[];
  readonly ca?: boolean;
  readonly more?: readonly string[];
}

/**
 * What an authority makes of a request (PEM), as openssl does for it: with what the request asks for unless `extensions`
 * (openssl-x509v3_config) say otherwise. `more` goes to `openssl x509 -req`.
 */
export function signedBy(
  authority: Made,
  csr: string,
  { extensions, more = ['-days', '365'] }: SignOptions = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'kha-sign-'));
  try {
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const what = extensions === undefined ? ['-copy_extensions', 'copy'] : ['-extfile', file('extensions', extensions)];
    const by = ['-CA', file('ca.crt', authority.cert), '-CAkey', file('ca.key', authority.key)];
    return execFileSync('openssl', ['x509', '-req', '-in', file('csr', csr), ...by, ...what, ...more], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface SignOptions {
  readonly extensions?: string;
  readonly more?: readonly string[];
}
