import type { Fact } from './fact.js';
import { lines } from './files.js';
import { curlScript, type Access } from './registry-script.js';
import { sh } from './sh.js';

/** Only its head is asked for; a site that does not answer at all is asked once. */
const ask =
  'ask() { host=${1#https://}; host=${host%%/*}; case " $silent " in *" $host "*) return 0;; esac; ' +
  'said=$(send -f -I -o /dev/null --max-time 15 "$1" 2>&1) && return 0; code=$?; ' +
  `if [ "$code" -ne 22 ]; then silent="$silent $host"; fi; printf '%s %s\\n' "$1" "$(printf '%s\\n' "$said" | grep -m 1 '^curl: (')"; }; silent=; `;

/** Those of the addresses that the host does not reach or that have nothing, each with curl’s reason. */
export const unreached = (
  access: Access,
  urls: readonly string[],
  stdin: string,
): Fact<{ url: string; reason: string }[]> => ({
  command: `${curlScript(access)}${ask}${sh`for url in ${urls}; do ask "$url"; done`}`,
  stdin,
  parse: ({ stdout }) =>
    lines(stdout).map((line) => {
      const end = line.indexOf(' ');
      return { url: line.slice(0, end), reason: line.slice(end + 1) };
    }),
});
