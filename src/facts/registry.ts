import { descriptionSchema, type Description } from '../cluster/bundle-description.js';
import { urlOf, type RegistryPlace } from '../cluster/registry-place.js';
import { FactUnknown, type Fact, type Output } from './fact.js';
import { lines } from './files.js';
import { curlReason, noToken, registryScript } from './registry-script.js';
import { sh } from './sh.js';

const manifestTypes = [
  'oci.image.manifest.v1',
  'oci.image.index.v1',
  'docker.distribution.manifest.v2',
  'docker.distribution.manifest.list.v2',
];
const accept = `Accept: ${manifestTypes.map((type) => `application/vnd.${type}+json`).join(', ')}`;

/** What curl says of a server that is not there, not in time, or not to be trusted (curl(1), exit codes). */
const unserved = [6, 7, 28, 35, 52, 55, 56, 60];
/** curl(1): the server answered with a status from 400 up. */
const refused = 22;

/**
 * HTTP status of the registry to whoever has these credentials: 200, 401 (they are refused, with a reason where its token
 * service said so), 0 with a reason (nobody there).
 */
export const registryStatus = (place: RegistryPlace, stdin: string): Fact<{ status: number; reason: string }> => ({
  command: registryScript(place) + sh`enter ${place.bundle} || exit; echo "$status"`,
  stdin,
  codes: [0, noToken, ...unserved],
  parse: ({ code, stdout, stderr }) => ({
    status: code === noToken ? 401 : Number(stdout.trim() || 0),
    reason: code === noToken ? (stderr.trim().split('\n').at(-1) ?? '') : curlReason(stderr),
  }),
});

/** For a script with the registry's functions: leaves the digest of the bundle's description in `$digest`. */
const finding = (place: RegistryPlace): string =>
  sh`enter ${place.bundle} || exit; manifest=$(get ${place.bundle} ${`manifests/${place.reference}`} -f -H ${accept}) || exit; ` +
  sh`digest=$(printf %s "$manifest" | tr -d '[:space:]' | sed 's/.*"config":{\\([^}]*\\)}.*/\\1/; s/.*"digest":"\\(sha256:[0-9a-f]*\\)".*/\\1/'); ` +
  `case $digest in sha256:*) ;; *) echo 'the manifest names no config' >&2; exit 65;; esac; `;

/** The bundle's description; undefined when the registry has none for this version. */
export const bundle = (place: RegistryPlace, stdin: string): Fact<Description | undefined> => ({
  command: registryScript(place) + finding(place) + sh`get ${place.bundle} blobs/"$digest" -f`,
  stdin,
  codes: [0, refused],
  parse: described,
});

/** What a bundle says that it has, and of images that were asked for by name whether the registry has them by its digests. */
export interface Stock {
  readonly description: Description;
  /** By `repository@digest`; what is not told of has to be asked for. */
  readonly held: ReadonlyMap<string, boolean>;
}

/**
 * The bundle's description, and in the same go the images with these names in it. JSON is not for a shell to read: it takes
 * for a digest what stands behind a name, and whoever asks goes by the description alone, and asks again for an image that
 * was not asked for by the digest there. Where an image could not be asked for, nothing is told of it, for the same reason.
 */
export const stock = (
  place: RegistryPlace,
  images: readonly { readonly image: string; readonly repository: string }[],
  stdin: string,
): Fact<Stock | undefined> => ({
  command:
    registryScript(place) +
    finding(place) +
    sh`description=$(get ${place.bundle} blobs/"$digest" -f) || exit; ` +
    `named() { printf %s "$description" | tr -d '[:space:]' | grep -o '"[^"]*":"sha256:[0-9a-f]\\{64\\}"' | while IFS='"' read -r _ name _ digest _; do case $name in ` +
    images.map(({ image, repository }) => sh`${image}) echo ${repository}"@$digest";; `).join('') +
    `esac; done; }; ` +
    heads(place) +
    `(ask_all $(named)) 2>/dev/null; printf 'described %s\\n' "$description"`,
  stdin,
  codes: [0, refused],
  parse(output) {
    const [, asked = '', text = ''] = /^((?:(?:held|lacks) .*\n)*)described ([^]*)$/.exec(output.stdout) ?? [];
    const description = described({ ...output, stdout: text });
    return (
      description && {
        description,
        held: new Map(lines(asked).map((line) => [line.split(' ')[1]!, line.startsWith('held ')])),
      }
    );
  },
});

function described(output: Output): Description | undefined {
  if (output.code === 0) return readDescription(output);
  // Only one of the statuses from 400 up says that the bundle is not there.
  if (/returned error: 404/.test(output.stderr)) return undefined;
  throw new FactUnknown(output.stderr.trim() || 'the registry refused', output);
}

function readDescription(output: Output): Description {
  let value: unknown;
  try {
    value = JSON.parse(output.stdout);
  } catch {
    value = undefined;
  }
  const result = descriptionSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FactUnknown(
    `the bundle’s description cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    output,
  );
}

/** An image as a registry has it. */
export interface RegistryImage {
  readonly repository: string;
  /** Of its manifest, or of the index that names one for each architecture. */
  readonly digest: string;
}

/** An image as it is pulled. */
export const pulledBy = ({ repository, digest }: RegistryImage): string => `${repository}@${digest}`;

/** Those of the images that the registry does not have by their digest: `repository@digest`. */
export const lackingImages = (
  place: RegistryPlace,
  images: readonly RegistryImage[],
  stdin: string,
): Fact<string[]> => ({
  command: registryScript(place) + heads(place) + sh`ask_all ${images.map(pulledBy)}`,
  stdin,
  parse: ({ stdout }) =>
    lines(stdout).flatMap((line) => (line.startsWith('lacks ') ? [line.slice('lacks '.length)] : [])),
});

/**
 * Defines `ask_all IMAGE…` for the rest of a script, images as `repository@digest`: prints `held IMAGE` or `lacks IMAGE` for
 * each. Where one login is good for all of them, with one curl over one connection; a token is good for one repository.
 */
const heads = (place: RegistryPlace): string =>
  sh`newline=${'\n'}; manifests=${`${urlOf(place)}/v2/`}; ` +
  `heads() { known=$login; for image; do login="$login\${newline}url = \\"$manifests\${image%@*}/manifests/\${image#*@}\\"\${newline}output = \\"/dev/null\\""; done; ` +
  sh`codes=$(send --fail-early -I -w ${'%{http_code}\\n'} -H ${accept}) || exit; login=$known; ` +
  'for code in $codes; do case $code in 200) echo "held $1";; 404) echo "lacks $1";; ' +
  '*) echo "$1: the registry answers with $code" >&2; exit 69;; esac; shift; done; }; ' +
  'entered() { if [ "$of" != "$1" ] && [ "$of" != "*" ]; then enter "$1" || exit; fi; }; ' +
  'ask_all() { if [ $# -eq 0 ]; then return; fi; entered "${1%@*}"; if [ "$of" = "*" ]; then heads "$@"; return; fi; ' +
  'for one; do entered "${one%@*}"; heads "$one"; done; }; ';
