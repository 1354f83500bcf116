import { fieldsAt, into, listAt, missing, namespaceOf, take, textAt, type Fields } from './fields.js';
import { cleanMetadata } from './metadata.js';
import { renameNodeNames } from './node-names.js';
import type { Change, Notes } from './notes.js';
import { annotationsToFields } from './pod-annotations.js';
import { sayOfVolume } from './volumes.js';

const tokenFolder = '/var/run/secrets/kubernetes.io/serviceaccount';
const nvidia = 'alpha.kubernetes.io/nvidia-gpu';

/** A pod without a controller. */
export const pod: Change = (object, notes) => {
  const spec = into(object, 'spec');
  podSpec(object.metadata, spec, namespaceOf(object), notes);
  withoutAdmission(spec);
  notes.know('has no controller: nobody starts it again where its node goes away');
};

/** The pod template at `spec.template`. */
export const template: Change = (object, notes) => templateIn(into(object, 'spec'), namespaceOf(object), notes);

/** The template that a PodTemplate itself is about. */
export const podTemplate: Change = (object, notes) => templateIn(object, namespaceOf(object), notes);

export function templateIn(holder: Fields, namespace: string | undefined, notes: Notes): void {
  const found = fieldsAt(holder, 'template');
  if (found) podSpec(into(found, 'metadata'), into(found, 'spec'), namespace, notes);
}

function podSpec(metadata: Fields, spec: Fields, namespace: string | undefined, notes: Notes): void {
  cleanMetadata(metadata, notes);
  annotationsToFields(metadata, spec, namespace, notes);
  const account = take(spec, 'serviceAccount');
  if (account !== undefined && missing(spec, 'serviceAccountName')) {
    spec['serviceAccountName'] = account;
    notes.change('serviceAccount is serviceAccountName');
  }
  if (take(spec, 'nodeName') !== undefined) notes.change('nodeName is dropped: the new cluster has nodes of its own');
  renameNodeNames(spec, notes);
  for (const volume of listAt(spec, 'volumes')) {
    sayOfVolume(volume, notes);
    if (/-token-[a-z0-9]{5}$/.test(textAt(volume, 'secret', 'secretName') ?? '') && !mountsToken(spec, volume))
      notes.hand(`mounts the token Secret ${textAt(volume, 'secret', 'secretName')}, which stays behind`);
  }
  for (const container of containersOf(spec)) containerOf(container, notes);
  privileged(spec, notes);
  const scheduler = textAt(spec, 'schedulerName');
  if (scheduler !== undefined && scheduler !== 'default-scheduler')
    notes.hand(`waits for the scheduler ${scheduler}, which has to run in the new cluster`);
}

export const containersOf = (spec: Fields): Fields[] =>
  ['initContainers', 'containers'].flatMap((key) => listAt(spec, key));

function containerOf(container: Fields, notes: Notes): void {
  for (const key of ['limits', 'requests']) {
    const resources = fieldsAt(container, 'resources', key);
    if (!resources) continue;
    const gpus = take(resources, nvidia);
    if (gpus !== undefined) {
      resources['nvidia.com/gpu'] = gpus;
      notes.change(`${nvidia} is nvidia.com/gpu`);
      notes.hand('asks for GPUs: a device plugin has to run in the new cluster');
    }
    if (Object.keys(resources).some((one) => one.startsWith('pod.alpha.kubernetes.io/opaque-int-resource-')))
      notes.hand('asks for opaque integer resources, which are gone: extended resources are what came after them');
  }
  // dockershim let an exec probe run on; since 1.20 it fails after timeoutSeconds (ExecProbeTimeout).
  for (const probe of ['livenessProbe', 'readinessProbe'])
    if (fieldsAt(container, probe, 'exec'))
      notes.know(
        `${probe} by exec: today it fails after timeoutSeconds (1 unless said), which docker did not hold it to`,
      );
}

/** What the level `baseline` of the Pod Security Standards refuses. */
function privileged(spec: Fields, notes: Notes): void {
  const asks = [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true),
    ...(listAt(spec, 'volumes').some((one) => fieldsAt(one, 'hostPath')) ? ['hostPath'] : []),
    ...(containersOf(spec).some((one) => fieldsAt(one, 'securityContext')?.['privileged'] === true)
      ? ['privileged']
      : []),
    ...(containersOf(spec).some((one) => listAt(one, 'ports').some((port) => Number(port['hostPort'] ?? 0) > 0))
      ? ['hostPort']
      : []),
  ];
  if (asks.length > 0)
    notes.know(`has ${asks.join(', ')}: a namespace that enforces Pod Security has to allow it the level privileged`);
}

const mountsToken = (spec: Fields, volume: Fields): boolean =>
  containersOf(spec).some((one) =>
    listAt(one, 'volumeMounts').some((mount) => mount['mountPath'] === tokenFolder && mount['name'] === volume['name']),
  );

/** Takes away what admission put into a running pod: its account's token, and tolerations of a node's trouble. */
function withoutAdmission(spec: Fields): void {
  const tokens = listAt(spec, 'volumes').filter((volume) => mountsToken(spec, volume));
  if (tokens.length > 0) spec['volumes'] = listAt(spec, 'volumes').filter((volume) => !tokens.includes(volume));
  for (const container of containersOf(spec)) {
    if (!Array.isArray(container['volumeMounts'])) continue;
    const kept = listAt(container, 'volumeMounts').filter((mount) => mount['mountPath'] !== tokenFolder);
    if (kept.length > 0) container['volumeMounts'] = kept;
    else delete container['volumeMounts'];
  }
  if (Array.isArray(spec['volumes']) && spec['volumes'].length === 0) delete spec['volumes'];
  const trouble = /^node\.kubernetes\.io\/(not-ready|unreachable)$/;
  const kept = listAt(spec, 'tolerations').filter(
    (one) => !(trouble.test(textAt(one, 'key') ?? '') && one['tolerationSeconds'] === 300),
  );
  if (kept.length > 0) spec['tolerations'] = kept;
  else delete spec['tolerations'];
  // Priority's admission looks both up by priorityClassName.
  delete spec['priority'];
  delete spec['preemptionPolicy'];
}
