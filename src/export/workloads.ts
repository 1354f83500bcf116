import { fieldsAt, into, missing, take, textAt, type Fields, type KubeObject } from './fields.js';
import { cleanMetadata } from './metadata.js';
import type { Change, Notes } from './notes.js';
import { claimTemplates } from './volumes.js';

/**
 * Defaults of the old versions are those of Kubernetes 1.9.0 (pkg/apis/extensions/v1beta1, apps/v1beta1, apps/v1beta2,
 * defaults.go); where they had none, the largest number says the same to apps/v1.
 */
const unlimited = 2147483647;
const extensions = 'extensions/v1beta1';

export const deployment: Change = (object, notes) => {
  const spec = into(object, 'spec');
  selector(object, notes);
  const rollback = take(spec, 'rollbackTo');
  if (rollback !== undefined && rollback !== null)
    notes.change('spec.rollbackTo is dropped: kubectl rollout undo is what there is');
  if (object.apiVersion === 'apps/v1beta1')
    notes.writeOut(spec, 'revisionHistoryLimit', 2, 'spec.revisionHistoryLimit', old(object));
  if (object.apiVersion !== extensions) return;
  notes.writeOut(
    spec,
    'revisionHistoryLimit',
    unlimited,
    'spec.revisionHistoryLimit',
    'extensions/v1beta1 kept every revision; today it is 10',
  );
  notes.writeOut(
    spec,
    'progressDeadlineSeconds',
    unlimited,
    'spec.progressDeadlineSeconds',
    'extensions/v1beta1 knew no deadline; today it is 600',
  );
  const type = textAt(spec, 'strategy', 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return;
  const rolling = into(into(spec, 'strategy'), 'rollingUpdate');
  for (const key of ['maxSurge', 'maxUnavailable'])
    notes.writeOut(
      rolling,
      key,
      1,
      `spec.strategy.rollingUpdate.${key}`,
      'the default of extensions/v1beta1; today it is 25%',
    );
};

export const daemonSet: Change = (object, notes) => {
  const spec = into(object, 'spec');
  selector(object, notes);
  delete spec['templateGeneration'];
  if (object.apiVersion === extensions) updatedOnDelete(object, spec, notes);
};

export const replicaSet: Change = (object, notes) => selector(object, notes);

export const statefulSet: Change = (object, notes) => {
  const spec = into(object, 'spec');
  selector(object, notes);
  if (object.apiVersion === 'apps/v1beta1') updatedOnDelete(object, spec, notes);
  claimTemplates(spec, notes);
};

function updatedOnDelete(object: KubeObject, spec: Fields, notes: Notes): void {
  if (textAt(spec, 'updateStrategy', 'type') === undefined) {
    into(spec, 'updateStrategy')['type'] = 'OnDelete';
    notes.change(`spec.updateStrategy.type: OnDelete is written out: ${old(object)}; today it is RollingUpdate`);
  }
}

const old = (object: KubeObject): string => `the default of ${object.apiVersion}`;

/** apps/v1 wants a selector; the oldest versions took the template's labels for one, and for the object's own labels. */
function selector(object: KubeObject, notes: Notes): void {
  const spec = into(object, 'spec');
  const labels = fieldsAt(spec, 'template', 'metadata', 'labels');
  if (missing(spec, 'selector')) {
    if (!labels || Object.keys(labels).length === 0)
      return notes.hand('has neither a selector nor labels in its template, which apps/v1 refuses: give it both');
    spec['selector'] = { matchLabels: { ...labels } };
    notes.change('spec.selector is written out from the labels of its template');
  }
  const byLabels = object.apiVersion === extensions || object.apiVersion === 'apps/v1beta1';
  if (byLabels && labels && !fieldsAt(object.metadata, 'labels')) {
    object.metadata['labels'] = { ...labels };
    cleanMetadata(object.metadata, notes);
  }
}
