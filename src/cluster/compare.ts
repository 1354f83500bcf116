import type { Cluster } from './cluster.js';
import { shown, type Difference } from './difference.js';
import { canonical } from './digest.js';
import { hostDifferences } from './host-differences.js';
import { settled } from './seed-profile.js';
import { standingFields, type Standing } from './standing-fields.js';

/**
 * What an install of `wanted` cannot make of the cluster that was applied as `before`, or only in part: refusals and
 * warnings with their places in the wanted spec. What an install simply carries out is no difference: added hosts, and
 * the fields that standing-fields.ts says so of.
 */
export function compare(before: Cluster, wanted: Cluster): Difference[] {
  if (before.name !== wanted.name) return field(['name'], standingFields['name']!, before.name, wanted.name);
  // Of another kind of endpoint, or of source, every other field is another one too: one of them tells.
  const telling = [
    ...(before.controlPlaneEndpoint.type === wanted.controlPlaneEndpoint.type ? [] : ['controlPlaneEndpoint.type']),
    ...(!before.source.registry === !wanted.source.registry ? [] : ['source.registry.address']),
  ];
  const [stands, asked] = [settled(before), settled(wanted)];
  const fields = Object.entries(standingFields)
    .filter(([name]) => !telling.some((one) => name !== one && name.startsWith(one.replace(/\..*/, '.'))))
    .flatMap(([name, standing]) => {
      const path = name.split('.');
      return field(path, standing, at(stands, path), at(asked, path));
    });
  return [...fields, ...hostDifferences(before, wanted)];
}

function field(path: readonly string[], standing: Standing, before: unknown, wanted: unknown): Difference[] {
  const { change, why, instead, when, whole } = standing;
  if ((change !== 'refused' && change !== 'told') || canonical(before) === canonical(wanted)) return [];
  if (when && !when(before, wanted)) return [];
  // Of a map that a person fills in, each key is told where it stands.
  if (!whole && isMap(before) && isMap(wanted))
    return [...new Set([...Object.keys(before), ...Object.keys(wanted)])].flatMap((key) =>
      field([...path, key], standing, before[key], wanted[key]),
    );
  const gone = wanted === undefined;
  return [
    {
      path,
      kind: change === 'told' ? 'left' : 'field changed',
      severity: change === 'told' ? 'warning' : 'error',
      message: change === 'told' ? why : `the cluster stands with ${gone ? 'it' : 'another value'}, and ${why}`,
      found: whole ? 'another one' : shown(wanted),
      expected: change === 'told' ? '' : `${shown(before)}; a change takes ${instead}`,
    },
  ];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of maps; undefined where there is none. */
export const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inside, step) => (isMap(inside) ? inside[step] : undefined), value);
