import { fieldsAt, into, isFields, listAt, take, textAt, type Fields } from './fields.js';
import type { Change, Notes } from './notes.js';

/** What a scaled or described object is called today: by kind, where its group has moved. */
const moved: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Ingress: 'networking.k8s.io/v1',
};

/** autoscaling/v1 is served as ever; v2beta1's metrics have other shapes in v2, v2beta2's the same (deprecation guide, 1.25, 1.26). */
export const autoscaler: Change = (object, notes) => {
  const spec = into(object, 'spec');
  pointAtToday(fieldsAt(spec, 'scaleTargetRef'), 'spec.scaleTargetRef', notes);
  if (object.apiVersion === 'autoscaling/v2beta1')
    for (const metric of listAt(spec, 'metrics')) metricOf(metric, notes);
  for (const metric of listAt(spec, 'metrics'))
    pointAtToday(fieldsAt(metric, 'object', 'describedObject'), 'describedObject', notes);
  notes.hand('wants metrics-server in the new cluster, which has no Heapster, and an adapter for metrics of its own');
};

function pointAtToday(reference: Fields | undefined, path: string, notes: Notes): void {
  const before = textAt(reference, 'apiVersion');
  const today = moved[textAt(reference, 'kind') ?? ''];
  if (!reference || before === undefined || today === undefined || before === today) return;
  if (!/^(extensions|apps|networking\.k8s\.io)\//.test(before)) return;
  reference['apiVersion'] = today;
  notes.change(`${path}.apiVersion: ${before} is ${today} today`);
}

function metricOf(metric: Fields, notes: Notes): void {
  const source = metric[lowerFirst(textAt(metric, 'type') ?? '')];
  if (!isFields(source) || fieldsAt(source, 'metric')) return;
  const name = take(source, 'metricName');
  const selector = take(source, 'selector') ?? take(source, 'metricSelector');
  const described = textAt(metric, 'type') === 'Object' ? take(source, 'target') : undefined;
  if (described !== undefined) source['describedObject'] = described;
  if (name !== undefined) source['metric'] = { name, ...(selector === undefined ? {} : { selector }) };
  const taken = {
    utilization: take(source, 'targetAverageUtilization'),
    average: take(source, 'targetAverageValue') ?? take(source, 'averageValue'),
    value: take(source, 'targetValue'),
  };
  if (isGiven(taken.utilization)) source['target'] = { type: 'Utilization', averageUtilization: taken.utilization };
  else if (isGiven(taken.average)) source['target'] = { type: 'AverageValue', averageValue: taken.average };
  else if (isGiven(taken.value)) source['target'] = { type: 'Value', value: taken.value };
  notes.change(`the ${textAt(metric, 'type')} metric has its name below metric and its aim below target`);
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
const lowerFirst = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);
