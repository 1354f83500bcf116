import { fieldsAt, groupKind, listAt, nameOf, textAt, type KubeObject } from './fields.js';
import { ownNodeLabel, ownTaint } from './node-names.js';

export interface NodeSettings {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

/** What people wrote on nodes, which pods may go by: nodes are not exported, this is told. */
export const nodeSettings = (objects: readonly KubeObject[]): NodeSettings[] =>
  objects
    .filter((one) => groupKind(one) === '/Node')
    .map((node) => ({
      name: nameOf(node),
      labels: Object.fromEntries(
        Object.entries(fieldsAt(node.metadata, 'labels') ?? {})
          .filter(([key]) => !ownNodeLabel(key))
          .map(([key, value]) => [key, String(value)]),
      ),
      taints: listAt(node, 'spec', 'taints').flatMap((taint) => {
        const [key, value, effect] = ['key', 'value', 'effect'].map((one) => textAt(taint, one));
        if (key === undefined || ownTaint(key)) return [];
        return [{ key, effect: effect ?? '', ...(value ? { value } : {}) }];
      }),
    }))
    .filter(({ labels, taints }) => Object.keys(labels).length > 0 || taints.length > 0);
