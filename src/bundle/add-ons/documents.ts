import { isMap, isScalar, parseDocument, type Document, type YAMLMap } from 'yaml';

/** A chart that asks for something which kha does not do. */
export class ChartRefused extends Error {}

/** Of the core and of Kubernetes’ own groups, what is in no namespace (kubectl api-resources --namespaced=false). */
const clusterWide = new Set(
  (
    'Namespace Node PersistentVolume CustomResourceDefinition APIService ClusterRole ClusterRoleBinding StorageClass ' +
    'CSIDriver CSINode VolumeAttachment VolumeAttributesClass PriorityClass RuntimeClass IngressClass FlowSchema ' +
    'PriorityLevelConfiguration MutatingWebhookConfiguration ValidatingWebhookConfiguration ' +
    'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding ' +
    'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CertificateSigningRequest ClusterTrustBundle ' +
    'DeviceClass ResourceSlice ServiceCIDR IPAddress StorageVersionMigration'
  ).split(' '),
);
/** They are there without anybody making them. */
const always = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

interface Rendered {
  readonly text: string;
  readonly document: Document;
  readonly kind: string;
  readonly name: string;
}

/**
 * What `helm template` printed as one manifest: the namespace first, then definitions of kinds, then everything else in
 * Helm’s order, each in its namespace, as Helm would put it there. Tests are left out, and so is what Helm would run at
 * another time than an install. Throws ChartRefused for a hook of an install, which nobody would wait for.
 */
export function manifestOf(printed: string, namespace: string): string {
  const all = printed
    .split(/^---[ \t]*$/m)
    .map((text) => rendered(text.trim()))
    .filter((one) => one !== undefined)
    .filter(isApplied);
  const names = new Set(all.flatMap(({ kind, name }) => (kind === 'Namespace' ? [name] : [])));
  const own = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}`;
  const wide = new Set([...clusterWide, ...all.flatMap(definedWide)]);
  const placed = all.map(({ kind, ...one }) => ({
    kind,
    text: wide.has(kind) ? one.text : placedIn(namespace, one),
  }));
  const isFirst = ({ kind }: { readonly kind: string }): boolean => kind === 'CustomResourceDefinition';
  return [
    ...(names.has(namespace) || always.includes(namespace) ? [] : [own]),
    ...placed.filter(({ kind }) => kind === 'Namespace').map(({ text }) => text),
    ...placed.filter(isFirst).map(({ text }) => text),
    ...placed.filter((one) => one.kind !== 'Namespace' && !isFirst(one)).map(({ text }) => text),
  ]
    .map((text) => `---\n${text}\n`)
    .join('');
}

/** Undefined of what holds nothing but comments. */
function rendered(text: string): Rendered | undefined {
  // As Kubernetes reads it: yes, on and 0644 mean something else in YAML 1.2.
  const document = parseDocument(text, { version: '1.1', prettyErrors: false });
  if (document.contents === null) return undefined;
  const source = /^# Source: (.+)$/m.exec(text)?.[1] ?? 'the chart';
  const [broken] = document.errors;
  if (broken) throw new ChartRefused(`${source} renders to what is no YAML: ${broken.message}`);
  const [kind, name] = [document.get('kind'), document.getIn(['metadata', 'name'])];
  if (typeof kind !== 'string') throw new ChartRefused(`${source} renders to something without a kind`);
  return { text, document, kind, name: typeof name === 'string' ? name : '' };
}

function isApplied({ document, kind, name }: Rendered): boolean {
  const hook = document.getIn(['metadata', 'annotations', 'helm.sh/hook']);
  if (typeof hook !== 'string') return true;
  const events = hook.split(',').map((one) => one.trim());
  // crd-install is Helm 2’s, which Helm ignores as well.
  const installs = events.filter((one) => one === 'pre-install' || one === 'post-install');
  if (installs.length === 0) return false;
  throw new ChartRefused(
    `${kind} ${name} is a hook (${installs.join(', ')}), which kha does not run: switch it off by a value of the chart`,
  );
}

/** Kinds of the chart’s own that are in no namespace. */
function definedWide({ document, kind }: Rendered): string[] {
  const own = document.getIn(['spec', 'names', 'kind']);
  const wide = kind === 'CustomResourceDefinition' && document.getIn(['spec', 'scope']) === 'Cluster';
  return wide && typeof own === 'string' ? [own] : [];
}

/** The text with the namespace in its metadata, where it names none; every other byte stays. */
function placedIn(namespace: string, { text, document }: Pick<Rendered, 'text' | 'document'>): string {
  const metadata = document.get('metadata', true) as YAMLMap | undefined;
  if (!isMap(metadata) || metadata.has('namespace')) return text;
  const key = metadata.items[0]?.key;
  const at = isScalar(key) ? key.range?.[0] : undefined;
  if (at === undefined) return text;
  const indentation = at - (text.lastIndexOf('\n', at - 1) + 1);
  const after = metadata.flow ? ', ' : `\n${' '.repeat(indentation)}`;
  return `${text.slice(0, at)}namespace: ${namespace}${after}${text.slice(at)}`;
}
