import type { Cluster } from './cluster.js';
import { error, type Rule } from './rule-problem.js';

/** What is applied once the network stands. */
export interface AddOn {
  readonly name: string;
  /** Manifest where the worker runs; without it `manifests/NAME.yaml` of the bundle. */
  readonly file?: string | undefined;
}

export const addOnsOf = ({ addons }: Pick<Cluster, 'addons'>): AddOn[] =>
  addons.map((one) => (typeof one === 'string' ? { name: one } : one));

/** Each has a file of its own on hosts, by its name. */
export const addOnProblems: Rule = (cluster) => {
  const names = addOnsOf(cluster).map(({ name }) => name);
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return first < index
      ? [error(['addons', index], `the same name as addons[${first}]`, name, 'a name of its own')]
      : [];
  });
};
