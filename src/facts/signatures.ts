import type { Fact } from './fact.js';
import { present, sh } from './sh.js';

export interface Signed {
  readonly path: string;
  /** The authority's certificate. */
  readonly authority: string;
}

/**
 * Whether a certificate bears the signature of an authority, whatever its dates; by path; left out where one of the two is not there.
 * All of kubeadm's authorities have the same names in every cluster, so only the signature tells them apart. Throws where
 * the host did not say it.
 */
export const signatures = (all: readonly Signed[]): Fact<Map<string, 'signed' | 'foreign'>> => ({
  command:
    present +
    'signed() { if ! present "$1" || ! present "$2"; then return; fi; ' +
    'openssl verify -no_check_time -partial_chain -trusted "$2" "$1" >/dev/null 2>&1; code=$?; ' +
    // 2 is openssl's for a certificate that does not verify.
    'case $code in 0) echo "signed $1";; 2) echo "foreign $1";; *) echo "openssl exited $code" >&2; exit 70;; esac; }; ' +
    all.map(({ path, authority }) => sh`signed ${path} ${authority}; `).join('') +
    'echo end',
  parse({ stdout }) {
    if (!stdout.endsWith('end\n')) throw new Error('the answer breaks off');
    return new Map(
      [...stdout.matchAll(/^(signed|foreign) (.*)$/gm)].map(([, how, path = '']) => [
        path,
        how as 'signed' | 'foreign',
      ]),
    );
  },
});
