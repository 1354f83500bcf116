import { urlOf, type RegistryPlace } from '../cluster/registry-place.js';
import { sh } from './sh.js';

/** Exit code of a script whose login the registry's token service refuses (sysexits.h, EX_NOPERM). */
export const noToken = 77;

/** What curl says of why something failed, out of all that it prints: its advice on certificates is several lines long. */
export const curlReason = (said: string): string => {
  const all = said.trim().split('\n');
  return all.find((line) => line.startsWith('curl: (')) ?? all.at(-1) ?? '';
};

/** Where distributions keep the authorities that they know (Debian and Ubuntu; RHEL and its rebuilds). */
const knownAuthorities = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** How something is asked for by curl. */
export type Access = Pick<RegistryPlace, 'plainHttp' | 'ownAuthority' | 'known' | 'proxied'>;

/**
 * Defines `send` for the rest of a script: curl, with `$login` on its standard input. What is given to the script on its own
 * standard input, curl's configuration lines and then the PEM of an authority, stands in no process list.
 */
export function curlScript({ plainHttp, ownAuthority, known, proxied }: Access): string {
  const schemes = plainHttp ? '=http,https' : '=https';
  const direct = proxied ? '' : sh` --noproxy ${'*'}`;
  const curl =
    sh`curl -sSgL --proto-redir ${schemes}` +
    `${direct} --connect-timeout 5 --speed-limit 1 --speed-time 60 --max-time 600 --config -`;
  const also = known
    ? sh`for known in ${knownAuthorities}; do if [ -e "$known" ]; then cat "$known" >>"$ca"; break; fi; done; `
    : '';
  const [begin, options] = ownAuthority
    ? [
        `ca=$(mktemp); trap 'rm -f "$ca"' EXIT; printf '%s\\n' "$input" | sed -n '/-----BEGIN/,$p' >"$ca"; ${also}`,
        `${curl} --cacert "$ca"`,
      ]
    : ['', curl];
  return (
    `input=$(cat); ${begin}password=$(printf '%s\\n' "$input" | sed '/-----BEGIN/,$d'); login=$password; of=; ` +
    `send() { printf '%s\\n' "$login" | ${options} "$@"; }; `
  );
}

/**
 * Shell functions for the rest of a script, with the registry's credentials and CA, which come on standard input (curl's
 * configuration lines, then the PEM), so that they stand in no process list.
 *
 * `enter REPOSITORY` logs in as the registry asks for: with name and password where that is enough, else with a token for
 * pulling from that repository (distribution, token authentication). It leaves the HTTP status of /v2/ in `$status`.
 * `get REPOSITORY PATH …` is curl for what lies below that repository, the rest being curl's own arguments; a token that
 * has expired is asked for again. Blobs may lie elsewhere: redirects are followed, and curl takes neither password nor
 * token along to another host (curl(1), --location; for a header of one's own since 7.58).
 */
export function registryScript(place: RegistryPlace): string {
  const url = urlOf(place);
  // What names the proxy goes along with a token; a password does not.
  const along = place.proxied ? '\n$password' : '';
  return (
    curlScript(place) +
    // Its last answer's: it may have been sent on.
    `field() { printf '%s\\n' "$heads" | tr -d '\\r' | grep -i '^www-authenticate: *bearer ' | sed -n "s/.*[ ,]$1=\\"\\([^\\"]*\\)\\".*/\\\\1/p" | tail -n 1; }; ` +
    `enter() { login=$password; of=$1; ` +
    sh`heads=$(send -o /dev/null -D - -w ${'status %{http_code}'} --max-time 10 ${`${url}/v2/`}) || return; ` +
    `status=\${heads##*status }; if [ "$status" != 401 ]; then of='*'; return 0; fi; ` +
    `realm=$(field realm); case $realm in https://*${place.plainHttp ? ' | http://*' : ''}) ;; '') of='*'; return 0;; ` +
    `*) echo "the registry sends its login to $realm, which is not asked" >&2; return 69;; esac; ` +
    `answer=$(send -f --max-time 30 -G --data-urlencode "service=$(field service)" --data-urlencode "scope=repository:$1:pull" "$realm") || ` +
    `{ code=$?; echo "$realm gives no token for pulling from $1" >&2; if [ "$code" -eq 22 ]; then code=${noToken}; fi; return "$code"; }; ` +
    `token=$(printf %s "$answer" | tr -d '[:space:]' | sed -n 's/.*"\\(access_\\)\\{0,1\\}token":"\\([^"\\\\]*\\)".*/\\2/p'); answer=; ` +
    `case $token in '' | *[!A-Za-z0-9._~+/=-]*) echo "what $realm answers is no token" >&2; return 65;; esac; ` +
    `login="header = \\"Authorization: Bearer $token\\"${along}"; status=200; }; ` +
    `get() { repository=$1; ` +
    sh`where=${`${url}/v2/`}$1/$2; shift 2; ` +
    `if [ "$of" != "$repository" ] && [ "$of" != '*' ]; then enter "$repository" || return; fi; ` +
    `send "$@" "$where" && return 0; code=$?; ` +
    `case "$code $login" in '22 header'*) enter "$repository" && send "$@" "$where";; *) return "$code";; esac; }; `
  );
}
