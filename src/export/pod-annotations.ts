import { fieldsAt, into, isFields, listAt, missing, parsed, textAt, type Fields } from './fields.js';
import { takeAnnotation } from './metadata.js';
import type { Notes } from './notes.js';

/** Profiles of seccomp and AppArmor as alpha and beta annotations had them, as fields of a securityContext. */
function profile(text: string): Fields | undefined {
  if (text === 'runtime/default' || text === 'docker/default') return { type: 'RuntimeDefault' };
  if (text === 'unconfined') return { type: 'Unconfined' };
  if (text.startsWith('localhost/')) return { type: 'Localhost', localhostProfile: text.slice('localhost/'.length) };
  return undefined;
}

const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod';
const ofContainer = [
  { prefix: 'container.seccomp.security.alpha.kubernetes.io/', field: 'seccompProfile' },
  { prefix: 'container.apparmor.security.beta.kubernetes.io/', field: 'appArmorProfile' },
] as const;

/** Turns annotations of a pod that were fields in the making into the fields that came of them. */
export function annotationsToFields(metadata: Fields, spec: Fields, namespace: string | undefined, notes: Notes): void {
  secured(metadata, spec, notes);
  sysctls(metadata, spec, notes);
  initContainers(metadata, spec, notes);
  for (const field of ['hostname', 'subdomain']) {
    const value = takeAnnotation(metadata, `pod.beta.kubernetes.io/${field}`);
    if (value === undefined) continue;
    if (missing(spec, field)) spec[field] = value;
    notes.change(`annotation pod.beta.kubernetes.io/${field} is spec.${field}`);
  }
  if (takeAnnotation(metadata, 'scheduler.alpha.kubernetes.io/critical-pod') === undefined) return;
  if (namespace === 'kube-system') {
    if (missing(spec, 'priorityClassName')) spec['priorityClassName'] = 'system-cluster-critical';
    notes.change('annotation scheduler.alpha.kubernetes.io/critical-pod is priorityClassName: system-cluster-critical');
  } else
    notes.change(
      'annotation scheduler.alpha.kubernetes.io/critical-pod is dropped: it had a meaning in kube-system alone; priorityClassName is what there is today',
    );
}

function secured(metadata: Fields, spec: Fields, notes: Notes): void {
  const set = (holder: Fields, field: string, value: unknown, annotation: string): void => {
    const made = typeof value === 'string' ? profile(value) : undefined;
    if (!made) return notes.hand(`annotation ${annotation} had a value that means nothing: ${JSON.stringify(value)}`);
    const context = into(holder, 'securityContext');
    if (missing(context, field)) context[field] = made;
    notes.change(`annotation ${annotation} is securityContext.${field}`);
  };
  const ofPod = takeAnnotation(metadata, seccompOfPod);
  if (ofPod !== undefined) set(spec, 'seccompProfile', ofPod, seccompOfPod);
  const containers = ['containers', 'initContainers'].flatMap((key) => listAt(spec, key));
  for (const { prefix, field } of ofContainer)
    for (const key of Object.keys(fieldsAt(metadata, 'annotations') ?? {}).filter((one) => one.startsWith(prefix))) {
      const value = takeAnnotation(metadata, key);
      const container = containers.find((one) => textAt(one, 'name') === key.slice(prefix.length));
      if (container) set(container, field, value, key);
      else notes.change(`annotation ${key} is dropped: there is no container of that name`);
    }
}

function sysctls(metadata: Fields, spec: Fields, notes: Notes): void {
  for (const kind of ['sysctls', 'unsafe-sysctls']) {
    const key = `security.alpha.kubernetes.io/${kind}`;
    const value = takeAnnotation(metadata, key);
    if (typeof value !== 'string') continue;
    const context = into(spec, 'securityContext');
    const known = listAt(context, 'sysctls');
    const more = value
      .split(',')
      .filter((one) => one.includes('='))
      .map((one) => ({ name: one.slice(0, one.indexOf('=')).trim(), value: one.slice(one.indexOf('=') + 1).trim() }))
      .filter(({ name }) => !known.some((one) => one['name'] === name));
    context['sysctls'] = [...known, ...more];
    notes.change(`annotation ${key} is securityContext.sysctls`);
    if (kind === 'unsafe-sysctls')
      notes.hand('asks for unsafe sysctls: kubelets have to allow them (allowedUnsafeSysctls)');
  }
}

function initContainers(metadata: Fields, spec: Fields, notes: Notes): void {
  for (const stage of ['beta', 'alpha']) {
    const key = `pod.${stage}.kubernetes.io/init-containers`;
    const value = takeAnnotation(metadata, key);
    if (value === undefined) continue;
    const list = parsed(value);
    if (missing(spec, 'initContainers') && Array.isArray(list) && list.every(isFields)) {
      spec['initContainers'] = list;
      notes.change(`annotation ${key} is spec.initContainers`);
      notes.hand('1.8 and 1.9 took no notice of its init containers in an annotation: look whether they are wanted');
    } else notes.change(`annotation ${key} is dropped: nobody reads it since 1.8`);
  }
}
