import { descriptionSchema, type Description } from '../cluster/bundle-description.js';
import type { RegistryPlace } from '../cluster/registry-place.js';
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

/** The bundle's description; undefined when the registry has none for this version. */
export const bundle = (place: RegistryPlace, stdin: string): Fact<Description | undefined> => ({
  command:
    registryScript(place) +
    sh`enter ${place.bundle} || exit; manifest=$(get ${place.bundle} ${`manifests/${place.reference}`} -f -H ${accept}) || exit; ` +
    sh`digest=$(printf %s "$manifest" | tr -d '[:space:]' | sed 's/.*"config":{\\([^}]*\\)}.*/\\1/; s/.*"digest":"\\(sha256:[0-9a-f]*\\)".*/\\1/'); ` +
    `case $digest in sha256:*) ;; *) echo 'the manifest names no config' >&2; exit 65;; esac; ` +
    sh`get ${place.bundle} blobs/"$digest" -f`,
  stdin,
  codes: [0, refused],
  parse(output) {
    if (output.code === 0) return described(output);
    // Only one of the statuses from 400 up says that the bundle is not there.
    if (/returned error: 404/.test(output.stderr)) return undefined;
    throw new FactUnknown(output.stderr.trim() || 'the registry refused', output);
  },
});

function described(output: Output): Description {
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

/** Those of the images that the registry does not have by their digest: `repository@digest`. */
export const lackingImages = (
  place: RegistryPlace,
  images: readonly RegistryImage[],
  stdin: string,
): Fact<string[]> => ({
  command:
    registryScript(place) +
    sh`for image in ${images.map(({ repository, digest }) => `${repository}@${digest}`)}; do enter_for=\${image%@*}; ` +
    `if [ "$of" != "$enter_for" ] && [ "$of" != '*' ]; then enter "$enter_for" || exit; fi; ` +
    sh`code=$(get "$enter_for" "manifests/\${image#*@}" -I -o /dev/null -w ${'%{http_code}'} -H ${accept}) || exit; ` +
    `case $code in 200) ;; 404) echo "$image";; *) echo "$image: the registry answers with $code" >&2; exit 69;; esac; done`,
  stdin,
  parse: ({ stdout }) => lines(stdout),
});
