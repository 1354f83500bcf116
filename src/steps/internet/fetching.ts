import type { FetchedFile } from '../../cluster/internet.js';
import { sh, temporaryFile } from '../../facts/sh.js';
import { curlScript, type Access } from '../../facts/registry-script.js';

/**
 * A script that fetches files from the sites of the internet into place, each proved beside its target before anything is
 * replaced. An archive is proved before it is opened, and fetched once for the members that follow each other; it lies in
 * `folder` meanwhile.
 */
export const fetchingScript = (
  access: Access,
  wanted: readonly { readonly file: FetchedFile; readonly path: string; readonly mode: string }[],
  folder = '/var/cache/kha',
): string =>
  `set -e; ${curlScript(access)}${functions(folder)}` +
  wanted
    .map(({ file: { digest, url, member }, path, mode }) =>
      member
        ? sh`take ${digest} ${path} ${mode} ${url} ${member.archive} ${member.name}; `
        : sh`fetch ${digest} ${path} ${mode} ${url}; `,
    )
    .join('') +
  'rm -f "$archive"';

const functions = (folder: string): string =>
  temporaryFile +
  // A slow line may need all the time that a command has for one file, as long as something comes.
  'download() { send -f --max-time 900 -o "$3" "$1" || { rm -f "$3"; exit 1; }; proved "$2" "$3" "$1"; }; ' +
  'proved() { if echo "${1#sha256:}  $2" | sha256sum -c --status; then return 0; fi; ' +
  'found=$(sha256sum <"$2"); rm -f "$2"; echo "$3 is sha256:${found%% *}, and not $1 as the lock has it" >&2; exit 1; }; ' +
  'lay() { chmod "$3" "$1"; sync "$1"; mv -f "$1" "$2"; }; ' +
  'beside() { mkdir -p "${1%/*}"; temporary "${1%/*}"; target=$file; }; ' +
  'fetch() { beside "$2"; download "$4" "$1" "$target"; lay "$target" "$2" "$3"; }; ' +
  'archive=; of=; take() { if [ "$of" != "$5" ]; then rm -f "$archive"; ' +
  sh`mkdir -p ${folder}; temporary ${folder}; archive=$file; ` +
  'download "$4" "$5" "$archive"; of=$5; fi; beside "$2"; ' +
  'tar -xzOf "$archive" -- "$6" >"$target" || { rm -f "$target"; exit 1; }; proved "$1" "$target" "$6 of $4"; lay "$target" "$2" "$3"; }; ';
