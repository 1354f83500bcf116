import { descriptionSchema, type Description } from '../cluster/bundle-description.js';
import type { Cluster } from '../cluster/cluster.js';
import { FactUnknown, type Fact, type Output } from './fact.js';
import { lines } from './files.js';
import { sh } from './sh.js';

export const registryUrl = ({ source: { registry } }: Cluster): string =>
  `${registry.plainHttp ? 'http' : 'https'}://${registry.address}`;

export const bundleUrl = (cluster: Cluster): string => `${registryUrl(cluster)}/v2/${cluster.source.registry.bundle}`;

/**
 * Defines the shell function `get`, curl with the registry's credentials and CA, for the rest of a script. Both come on
 * standard input (curl's configuration lines, then the PEM), so that they stand in no process list.
 */
export const registryScript = (cluster: Cluster): string => {
  const curl = `curl -sS --noproxy '*' --connect-timeout 5 --max-time 600 --config -`;
  if (!cluster.source.registry.ca) return `input=$(cat); get() { printf '%s\\n' "$input" | ${curl} "$@"; }; `;
  return (
    `input=$(cat); ca=$(mktemp); trap 'rm -f "$ca"' EXIT; printf '%s\\n' "$input" | sed -n '/-----BEGIN/,$p' >"$ca"; ` +
    `get() { printf '%s\\n' "$input" | sed '/-----BEGIN/,$d' | ${curl} --cacert "$ca" "$@"; }; `
  );
};

const manifestTypes = [
  'oci.image.manifest.v1',
  'oci.image.index.v1',
  'docker.distribution.manifest.v2',
  'docker.distribution.manifest.list.v2',
];
const accept = `Accept: ${manifestTypes.map((type) => `application/vnd.${type}+json`).join(', ')}`;

/** What curl says of a server that is not there, not in time, or not to be trusted (curl(1), exit codes). */
const unserved = [6, 7, 28, 35, 52, 55, 56, 60];

/** HTTP status of the registry's own address: 200, 401 (wants credentials), 0 with a reason (nobody there). */
export const registryStatus = (cluster: Cluster, stdin: string): Fact<{ status: number; reason: string }> => ({
  command:
    registryScript(cluster) + sh`get -o /dev/null -w ${'%{http_code}'} --max-time 10 ${`${registryUrl(cluster)}/v2/`}`,
  stdin,
  codes: [0, ...unserved],
  parse: ({ stdout, stderr }) => ({ status: Number(stdout.trim() || 0), reason: stderr.trim() }),
});

/** The bundle's description; undefined when the registry has none for this version. */
export const bundle = (cluster: Cluster, stdin: string): Fact<Description | undefined> => ({
  command:
    registryScript(cluster) +
    sh`manifest=$(get -f -H ${accept} ${`${bundleUrl(cluster)}/manifests/${cluster.source.registry.digest ?? cluster.kubernetesVersion}`}) || exit; ` +
    sh`digest=$(printf %s "$manifest" | tr -d '[:space:]' | sed 's/.*"config":{\\([^}]*\\)}.*/\\1/; s/.*"digest":"\\(sha256:[0-9a-f]*\\)".*/\\1/'); ` +
    `case $digest in sha256:*) ;; *) echo 'the manifest names no config' >&2; exit 65;; esac; ` +
    sh`get -f ${`${bundleUrl(cluster)}/blobs/`}"$digest"`,
  stdin,
  codes: [0, 22],
  parse(output) {
    if (output.code === 0) return described(output);
    // curl's 22 is any status from 400 up; only one of them says that the bundle is not there.
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

/** Digest by `name:tag` as the registry has it; an image that is not there is left out. */
export const imageDigests = (
  cluster: Cluster,
  images: readonly string[],
  stdin: string,
): Fact<Map<string, string>> => ({
  command:
    registryScript(cluster) +
    sh`for image in ${images}; do head=$(get -I -w ${'\nstatus %{http_code}\n'} -H ${accept} ${`${registryUrl(cluster)}/v2/`}"\${image%:*}/manifests/\${image##*:}") || exit; ` +
    `case $head in *"status 200") printf '%s\\n' "$head" | tr -d '\\r' | sed -n "s#^[Dd]ocker-[Cc]ontent-[Dd]igest: #$image #p";; ` +
    `*"status 404") ;; *) echo "$image: the registry answers with \${head##*"\n"}" >&2; exit 69;; esac; done`,
  stdin,
  parse: ({ stdout }) => new Map(lines(stdout).map((line) => line.split(' ') as [string, string])),
});
