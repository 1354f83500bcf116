import type { Fact } from './fact.js';
import { apiObject } from './kubectl.js';

interface WithConditions {
  readonly spec?: { readonly completions?: number | null; readonly suspend?: boolean | null };
  readonly status?: {
    readonly succeeded?: number;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** What an object is waited for by, by its kind and group: the condition that says that it can be used (API reference of each). */
const awaited = {
  'Job.batch': 'Complete',
  'CustomResourceDefinition.apiextensions.k8s.io': 'Established',
  'APIService.apiregistration.k8s.io': 'Available',
} as const;

/** Kinds whose readiness is one of their conditions. */
export type Conditional = keyof typeof awaited;
export const isConditional = (kind: string): kind is Conditional => Object.hasOwn(awaited, kind);

/** What such an object still waits for, in words; nothing once its condition is true, or where a Job is suspended. */
export function conditionMet(kind: Conditional, name: string, namespace?: string): Fact<string[]> {
  const type = awaited[kind];
  const object = apiObject<WithConditions>([
    ...(namespace === undefined ? [] : ['-n', namespace]),
    `${kind.toLowerCase()}/${name}`,
  ]);
  const named = `${kind.split('.')[0]!.toLowerCase()}/${name}`;
  return {
    ...object,
    parse(output) {
      const found = object.parse(output);
      if (!found) return [`${named} is not there`];
      const { spec = {}, status: { conditions = [], succeeded = 0 } = {} } = found;
      const holds = (one: string): boolean => conditions.some(({ type, status }) => type === one && status === 'True');
      if (holds(type) || spec.suspend === true) return [];
      const told = conditions.find((one) => one.type === (holds('Failed') ? 'Failed' : type));
      const why = told ? ` (${[told.reason, told.message].filter((one) => one).join(': ')})` : '';
      if (kind !== 'Job.batch') return [`${named} is not ${type}${why}`];
      return [
        holds('Failed') ? `${named} failed${why}` : `${named}: ${succeeded} of ${spec.completions ?? 1} completions`,
      ];
    },
  };
}
