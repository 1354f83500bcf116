import { fieldsAt, isFields, listAt, textAt, wordsAt, type Fields } from './fields.js';
import { ruleToday } from './access.js';
import type { Change, Notes } from './notes.js';

/** admissionregistration.k8s.io/v1beta1 to v1, whose defaults differ (deprecation guide, 1.22). */
export const webhooks: Change = (object, notes) => {
  const old = object.apiVersion.endsWith('/v1beta1');
  for (const webhook of listAt(object, 'webhooks')) {
    if (old) writeOutDefaults(webhook, notes);
    if (Array.isArray(webhook['rules']))
      webhook['rules'] = (webhook['rules'] as unknown[]).flatMap((rule) => today(rule, notes));
    if (fieldsAt(webhook, 'clientConfig', 'service') || textAt(webhook, 'clientConfig', 'url') !== undefined)
      notes.hand(
        'its server has to answer in the new cluster before it is applied, with a certificate that caBundle knows: it can stop every pod',
      );
  }
};

function writeOutDefaults(webhook: Fields, notes: Notes): void {
  const name = textAt(webhook, 'name') ?? '';
  for (const [key, value, today] of [
    ['failurePolicy', 'Ignore', 'Fail'],
    ['matchPolicy', 'Exact', 'Equivalent'],
    ['timeoutSeconds', 30, 10],
  ] as const)
    notes.writeOut(webhook, key, value, `${name}.${key}`, `the default of v1beta1; today it is ${today}`);
  notes.writeOut(
    webhook,
    'admissionReviewVersions',
    ['v1beta1'],
    `${name}.admissionReviewVersions`,
    'v1 wants it said',
  );
  const effects = textAt(webhook, 'sideEffects');
  if (effects === 'None' || effects === 'NoneOnDryRun') return;
  webhook['sideEffects'] = 'None';
  notes.change(
    `${name}.sideEffects: None, where it was ${effects ?? 'not said'}: v1 takes nothing else but NoneOnDryRun`,
  );
  notes.hand(`${name}: see that it has no effect beside its answer, as sideEffects: None says`);
  if (!name.includes('.')) notes.hand(`webhook ${name} wants a name with dots in it`);
}

/** Rules on the group extensions, and on versions that are gone, meet nothing today. */
function today(rule: unknown, notes: Notes): Fields[] {
  if (!isFields(rule)) return [];
  const before = wordsAt(rule, 'apiVersions');
  const rules = ruleToday(rule, notes);
  const gone = before.filter((one) => /(alpha|beta)/.test(one));
  for (const one of rules)
    if (gone.length > 0 && !before.includes('*')) {
      one['apiVersions'] = [...new Set([...before.filter((version) => !gone.includes(version)), 'v1'])];
      notes.change(`a rule on ${gone.join(', ')} is on v1: those versions are served no more`);
    }
  return rules;
}
