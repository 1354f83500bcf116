import { urlOf, type RegistryPlace } from '../cluster/registry-place.js';
import { registryScript } from '../facts/registry-script.js';
import { sh, temporaryFile } from '../facts/sh.js';

/** A file of a bundle and where it goes, as `Wanted` of a source. */
export interface Fetched {
  readonly digest: string;
  readonly path: string;
  /** Octal permissions. */
  readonly mode: string;
}

/**
 * A script that fetches files of a bundle into place, those of one folder with one curl over one connection: a program for
 * each of some forty files costs more than the files do. Each is proved beside its target before anything is replaced, and
 * those that came whole take their places even where another did not.
 */
export function registryFetching(place: RegistryPlace, wanted: readonly Fetched[]): string {
  const groups = new Map<string, { folder: string; mode: string; sums: string[] }>();
  for (const { digest, path, mode } of wanted) {
    const end = path.lastIndexOf('/');
    const folder = path.slice(0, end);
    const key = `${mode} ${folder}`;
    const group = groups.get(key) ?? { folder, mode, sums: [] };
    group.sums.push(`${digest.slice('sha256:'.length)}  ${path.slice(end + 1)}`);
    groups.set(key, group);
  }
  const fetches = [...groups.values()].map(({ folder, mode, sums }) => sh`fetch ${folder} ${mode} ${sums.join('\n')}`);
  return `set -e; ${registryScript(place)}${functions(place)}${fetches.join('\n')}`;
}

/**
 * `fetch FOLDER MODE SUMS`, in sh; `SUMS` as sha256sum prints them, of which names are plain (the description’s schema). A
 * token that expires on the way is asked for again as long as that brings more files.
 */
const functions = (place: RegistryPlace): string =>
  temporaryFile +
  sh`newline=${'\n'}; blobs=${`${urlOf(place)}/v2/${place.bundle}/blobs/sha256:`}; repository=${place.bundle}` +
  `
fetch() { folder=$1; mode=$2; left=$3; refused=; mkdir -p "$folder"
  if [ "$of" != "$repository" ] && [ "$of" != '*' ]; then enter "$repository"; fi
  while :; do temporary "$folder" -d; download; lay
    if [ -z "$left" ]; then return; fi
    if [ "$code" -eq 0 ]; then name=\${left#*  }; echo "$folder/\${name%%"$newline"*}: the download does not have the digest of the bundle" >&2; exit 1; fi
    case "$code $login" in '22 header'*) ;; *) exit 1;; esac
    if [ "$left" = "$refused" ]; then exit 1; fi
    refused=$left; enter "$repository"
  done; }
download() { known=$login; code=0
  while read -r sum name; do login="$login\${newline}output = \\"$file/$name\\"\${newline}url = \\"$blobs$sum\\""; done <<END
$left
END
  send -f --fail-early || code=$?; login=$known; }
# Only what sha256sum calls good is laid; that it does not end well says no more than that.
lay() { good=$(cd "$file" && printf '%s\\n' "$left" | sha256sum -c 2>/dev/null) || :
  set --; rest=; while read -r sum name; do case "$newline$good$newline" in *"$newline$name: OK$newline"*) set -- "$@" "$file/$name";; *) rest="$rest\${rest:+$newline}$sum  $name";; esac; done <<END
$left
END
  if [ $# -gt 0 ]; then chmod "$mode" "$@"; sync "$@"; mv -f -t "$folder" "$@"; fi
  rm -rf "$file"; left=$rest; }
`;
