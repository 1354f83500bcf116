import { fieldsAt, isFields, listAt, textAt, type Fields } from './fields.js';
import type { Notes } from './notes.js';

/**
 * Labels and taints of nodes that are called otherwise today (kubernetes.io, Well-Known Labels, Annotations and Taints):
 * kubeadm ≥ 1.24 gives control planes no master label, kubeadm ≥ 1.25 no master taint.
 */
const labels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'node-role.kubernetes.io/master': 'node-role.kubernetes.io/control-plane',
};
const taints: Readonly<Record<string, string>> = {
  'node-role.kubernetes.io/master': 'node-role.kubernetes.io/control-plane',
  'node.alpha.kubernetes.io/notReady': 'node.kubernetes.io/not-ready',
  'node.alpha.kubernetes.io/unreachable': 'node.kubernetes.io/unreachable',
};
const rename = (names: Readonly<Record<string, string>>, key: string): string =>
  Object.hasOwn(names, key) ? names[key]! : key;
const hostname = 'kubernetes.io/hostname';

/** Renames labels of nodes in a pod's nodeSelector, affinities, spread and tolerations. */
export function renameNodeNames(spec: Fields, notes: Notes): void {
  const selector = fieldsAt(spec, 'nodeSelector');
  if (selector) spec['nodeSelector'] = renamedKeys(selector, 'nodeSelector', notes);
  const affinity = fieldsAt(spec, 'affinity');
  renameTerms(fieldsAt(affinity, 'nodeAffinity'), notes);
  for (const key of ['podAffinity', 'podAntiAffinity']) {
    const found = fieldsAt(affinity, key);
    const terms = [
      ...listAt(found, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ...listAt(found, 'preferredDuringSchedulingIgnoredDuringExecution').map((one) =>
        fieldsAt(one, 'podAffinityTerm'),
      ),
    ];
    for (const term of terms) if (term) renameAt(term, 'topologyKey', labels, notes);
  }
  for (const one of listAt(spec, 'topologySpreadConstraints')) renameAt(one, 'topologyKey', labels, notes);
  for (const one of listAt(spec, 'tolerations')) renameAt(one, 'key', taints, notes);
}

/** Renames labels of nodes in a node affinity, of a pod or a volume. */
export function renameTerms(affinity: Fields | undefined, notes: Notes): void {
  const terms = [
    ...listAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'),
    ...listAt(affinity, 'required', 'nodeSelectorTerms'),
    ...listAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').flatMap((one) =>
      isFields(one['preference']) ? [one['preference']] : [],
    ),
  ];
  for (const one of terms.flatMap((term) => listAt(term, 'matchExpressions'))) {
    renameAt(one, 'key', labels, notes);
    if (one['key'] === hostname) namesHosts(notes);
  }
}

/** The same map under today's labels; where both stand, today's is kept. */
export function renamedKeys(map: Fields, path: string, notes: Notes): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(map)) {
    const today = rename(labels, key);
    if (today !== key) {
      notes.change(`${path}: ${key} is ${today} today`);
      if (Object.hasOwn(map, today)) continue;
    }
    if (today === hostname) namesHosts(notes);
    kept[today] = value;
  }
  return kept;
}

const namesHosts = (notes: Notes): void =>
  notes.hand(`names nodes by ${hostname}: give it the names that they have in the new cluster`);

function renameAt(fields: Fields, key: string, names: Readonly<Record<string, string>>, notes: Notes): void {
  const before = textAt(fields, key);
  if (before === undefined || !Object.hasOwn(names, before)) return;
  fields[key] = names[before];
  notes.change(`${before} is ${names[before]} today`);
}

/** Whether a label of a node is Kubernetes' own, or a plugin's: the new cluster's nodes get theirs by themselves. */
export const ownNodeLabel = (key: string): boolean =>
  Object.hasOwn(labels, key) || /(^|\.)(kubernetes\.io|k8s\.io|projectcalico\.org)\//.test(key);
export const ownTaint = (key: string): boolean => Object.hasOwn(taints, key) || /(^|\.)kubernetes\.io\//.test(key);
