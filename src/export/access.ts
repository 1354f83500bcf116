import { isFields, listAt, take, textAt, wordsAt, type Fields } from './fields.js';
import type { Change, Notes } from './notes.js';

const rbac = 'rbac.authorization.k8s.io';

/** Where resources of the group extensions are today; undefined: nowhere. */
const moved: Readonly<Record<string, string>> = {
  daemonsets: 'apps',
  deployments: 'apps',
  replicasets: 'apps',
  ingresses: 'networking.k8s.io',
  networkpolicies: 'networking.k8s.io',
};

/** Rights on the group extensions are no rights today: each is given on the group that the resource is in. */
export const role: Change = (object, notes) => {
  if (!Array.isArray(object['rules'])) return;
  object['rules'] = (object['rules'] as unknown[]).flatMap((rule) =>
    isFields(rule) ? ruleToday(rule, notes) : [rule],
  );
  if (listAt(object, 'rules').some((rule) => wordsAt(rule, 'resources').includes('podsecuritypolicies')))
    notes.hand(
      'gives the use of PodSecurityPolicies, which are gone: Pod Security Admission goes by labels of namespaces',
    );
};

export function ruleToday(rule: Fields, notes: Notes): Fields[] {
  const groups = wordsAt(rule, 'apiGroups');
  if (!groups.includes('extensions')) return [rule];
  const resources = wordsAt(rule, 'resources');
  if (resources.includes('*')) {
    notes.hand(
      'has a rule on everything of the group extensions: name apps and networking.k8s.io for what of it is still wanted',
    );
    return [rule];
  }
  const others = groups.filter((one) => one !== 'extensions');
  const made: Fields[] = others.length > 0 ? [{ ...rule, apiGroups: others }] : [];
  for (const group of new Set(Object.values(moved))) {
    const there = resources.filter((one) => moved[one.split('/')[0] ?? ''] === group && !one.endsWith('/rollback'));
    const known = others.includes(group);
    if (there.length > 0 && !known) made.push({ ...rule, apiGroups: [group], resources: there });
  }
  notes.change('rules on resources of the group extensions name apps and networking.k8s.io, where those are today');
  const nowhere = resources.filter(
    (one) => moved[one.split('/')[0] ?? ''] === undefined && one !== 'podsecuritypolicies',
  );
  if (nowhere.length > 0)
    notes.change(`rights on ${nowhere.join(', ')} of the group extensions are dropped: it is no more`);
  if (resources.includes('podsecuritypolicies'))
    notes.hand(
      'gave the use of PodSecurityPolicies, which are gone: Pod Security Admission goes by labels of namespaces',
    );
  return made;
}

/** v1alpha1 named a subject's apiVersion where v1 names its group, and called everybody who is known User * (1.9, rbac/v1alpha1 conversion.go). */
export const binding: Change = (object, notes) => {
  for (const subject of listAt(object, 'subjects')) {
    const version = take(subject, 'apiVersion');
    const kind = textAt(subject, 'kind');
    if (kind === 'User' || kind === 'Group') subject['apiGroup'] ??= rbac;
    if (object.apiVersion === `${rbac}/v1alpha1` && kind === 'User' && subject['name'] === '*') {
      Object.assign(subject, { kind: 'Group', name: 'system:authenticated' });
      notes.change('subject User * is Group system:authenticated');
    } else if (version !== undefined) notes.change('apiVersion of subjects is apiGroup');
    if (kind === 'ServiceAccount' && textAt(subject, 'namespace') === 'kube-system')
      notes.hand(`its subject kube-system/${textAt(subject, 'name')} stays behind`);
    if (kind === 'User') notes.know('names a user: certificates of the old cluster are worth nothing in the new one');
  }
  const reference = object['roleRef'];
  if (isFields(reference)) reference['apiGroup'] ??= rbac;
};
