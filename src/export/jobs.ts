import { fieldsAt, into, namespaceOf, take, textAt, type Fields } from './fields.js';
import { cleanMetadata } from './metadata.js';
import type { Change } from './notes.js';
import { templateIn } from './pod.js';

/** Labels and selector that the Job controller gives by itself (batch/v1, manualSelector). */
const generated = /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/;

export const job: Change = (object, notes) => {
  const spec = into(object, 'spec');
  withoutSelector(spec);
  const labels = fieldsAt(object.metadata, 'labels');
  if (labels && spec['manualSelector'] !== true)
    for (const key of Object.keys(labels)) if (generated.test(key)) delete labels[key];
  if (labels && Object.keys(labels).length === 0) delete object.metadata['labels'];
  notes.hand('has not ended: in the new cluster it begins anew');
};

function withoutSelector(spec: Fields): void {
  if (spec['manualSelector'] === true) return;
  delete spec['selector'];
  const metadata = fieldsAt(spec, 'template', 'metadata');
  const labels = fieldsAt(metadata, 'labels');
  for (const key of Object.keys(labels ?? {})) if (generated.test(key)) delete labels![key];
  if (metadata && labels && Object.keys(labels).length === 0) delete metadata['labels'];
}

export const cronJob: Change = (object, notes) => {
  const spec = into(object, 'spec');
  if (object.apiVersion === 'batch/v2alpha1')
    for (const key of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
      notes.writeOut(
        spec,
        key,
        2147483647,
        `spec.${key}`,
        'batch/v2alpha1 kept every Job; today it keeps three that did and one that did not succeed',
      );
  const inner = fieldsAt(spec, 'jobTemplate');
  if (inner) {
    cleanMetadata(into(inner, 'metadata'), notes);
    withoutSelector(into(inner, 'spec'));
    templateIn(into(inner, 'spec'), namespaceOf(object), notes);
  }
  const zone = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(textAt(spec, 'schedule') ?? '');
  if (zone) {
    take(spec, 'schedule');
    spec['schedule'] = zone[2];
    spec['timeZone'] = zone[1];
    notes.change('the time zone in its schedule is spec.timeZone');
  } else if (textAt(spec, 'timeZone') === undefined)
    notes.know(
      'its schedule is in the time zone of kube-controller-manager: UTC in the new cluster, unless spec.timeZone says another',
    );
};
