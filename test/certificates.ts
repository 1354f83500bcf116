import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
