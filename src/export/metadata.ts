import { fieldsAt, listAt, take, wordsAt, type Fields } from './fields.js';
import type { Change, Notes } from './notes.js';

/** The server's own fields of metadata (meta/v1 ObjectMeta), worth nothing in another cluster. */
const servers = [
  'uid',
  'resourceVersion',
  'selfLink',
  'creationTimestamp',
  'generation',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'clusterName',
  'generateName',
];

/** Annotations that controllers, kubelets and kubectl write for themselves. */
const written: readonly RegExp[] = [
  /^kubectl\.kubernetes\.io\/(last-applied-configuration|desired-replicas|original-replicas)$/,
  /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/,
  /^deprecated\.(daemonset\.template\.generation|deployment\.rollback.*)$/,
  /^control-plane\.alpha\.kubernetes\.io\/leader$/,
  /^autoscaling\.alpha\.kubernetes\.io\/(conditions|current-metrics)$/,
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller)$/,
  /^volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node)$/,
  /^kubernetes\.io\/(created-by|limit-ranger|psp|config\.(hash|seen|source|mirror))$/,
  /^pod\.(alpha|beta)\.kubernetes\.io\/(initialized|init-container-statuses)$/,
  /^cni\.projectcalico\.org\//,
  /^endpoints\.kubernetes\.io\/last-change-trigger-time$/,
];

/** Finalizers that the API server and its controllers put on by themselves. */
const finalizers = /^(kubernetes\.io\/(pvc|pv)-protection|foregroundDeletion|orphan|kubernetes)$/;

/** Takes away what belongs to the old cluster: identity, status, owners, bookkeeping. */
export const clean: Change = (object, notes) => {
  delete object['status'];
  cleanMetadata(object.metadata, notes);
  if (listAt(object.metadata, 'ownerReferences').length > 0)
    notes.change('metadata.ownerReferences are dropped: they name objects of the old cluster by uid');
  delete object.metadata['ownerReferences'];
  const initializers = take(object.metadata, 'initializers');
  if (initializers !== undefined && initializers !== null)
    notes.hand(
      'it waited for initializers, which are gone since 1.16: what they would have added is to be added by hand',
    );
  const kept = wordsAt(object.metadata, 'finalizers').filter((one) => !finalizers.test(one));
  if (kept.length === 0) delete object.metadata['finalizers'];
  else {
    object.metadata['finalizers'] = kept;
    notes.know(`keeps the finalizers ${kept.join(', ')}: it can be deleted only where their controller runs`);
  }
};

/** The same of metadata inside of a template, where only names, labels and annotations count. */
export function cleanMetadata(metadata: Fields, notes: Notes): void {
  for (const key of servers) delete metadata[key];
  const annotations = fieldsAt(metadata, 'annotations');
  for (const key of Object.keys(annotations ?? {})) if (written.some((one) => one.test(key))) delete annotations![key];
  if (takeAnnotation(metadata, 'scheduler.alpha.kubernetes.io/affinity') !== undefined)
    notes.change('annotation scheduler.alpha.kubernetes.io/affinity is dropped: it is a field of pods since 1.6');
  if (takeAnnotation(metadata, 'scheduler.alpha.kubernetes.io/tolerations') !== undefined)
    notes.change('annotation scheduler.alpha.kubernetes.io/tolerations is dropped: it is a field of pods since 1.6');
  for (const key of ['annotations', 'labels'])
    if (metadata[key] === null || Object.keys(fieldsAt(metadata, key) ?? { some: 1 }).length === 0)
      delete metadata[key];
}

/** Takes an annotation away, and the map with the last of them. */
export function takeAnnotation(metadata: Fields, key: string): unknown {
  const annotations = fieldsAt(metadata, 'annotations');
  if (!annotations) return undefined;
  const value = take(annotations, key);
  if (Object.keys(annotations).length === 0) delete metadata['annotations'];
  return value;
}
