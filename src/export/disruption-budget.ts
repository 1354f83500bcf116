import { fieldsAt, into } from './fields.js';
import type { Change } from './notes.js';

/** An empty selector chose no pod in policy/v1beta1 and chooses every pod in policy/v1 (deprecation guide, 1.25). */
export const disruptionBudget: Change = (object, notes) => {
  const spec = into(object, 'spec');
  const selector = fieldsAt(spec, 'selector');
  if (object.apiVersion !== 'policy/v1beta1' || !selector) return;
  const given = [selector['matchLabels'], selector['matchExpressions']];
  if (given.some((one) => typeof one === 'object' && one !== null && Object.keys(one).length > 0)) return;
  delete spec['selector'];
  notes.change(
    'an empty spec.selector is dropped: in policy/v1beta1 it chose no pod, in policy/v1 it chooses every pod of the namespace',
  );
  notes.hand('chooses no pod, as it did: give it a selector, or leave it out');
};
