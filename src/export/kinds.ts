import { groupKind } from './fields.js';
import type { Kind } from './kind.js';
import { kindsAroundWorkloads } from './kinds-around-workloads.js';
import { kindsOfWorkloads } from './kinds-of-workloads.js';

/** Every kind that has a place in a cluster of v1.37: what it was, what it is, what changes in it. */
export const kinds: readonly Kind[] = [...kindsAroundWorkloads, ...kindsOfWorkloads];

/** autoscaling/v1 is served today too, and stays what it is. */
const alsoToday: Readonly<Record<string, string>> = { 'autoscaling/v1 HorizontalPodAutoscaler': 'autoscaling/v1' };

const byGroupKind = new Map(
  kinds.flatMap((one) =>
    [one.today, ...one.was].map((apiVersion) => [groupKind({ apiVersion, kind: one.kind }), one] as const),
  ),
);

/** What becomes of a kind of Kubernetes' own; undefined where it is none, or has no successor. */
export const kindOf = (object: { readonly apiVersion: string; readonly kind: string }): Kind | undefined =>
  byGroupKind.get(groupKind(object));

/** The apiVersion under which an object of the kind is written. */
export const versionToday = (kind: Kind, apiVersion: string): string =>
  alsoToday[`${apiVersion} ${kind.kind}`] ?? kind.today;
