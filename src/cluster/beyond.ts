import type { Cluster, Machine } from './cluster.js';
import { at, compare } from './compare.js';
import { pathText, shown, type Difference } from './difference.js';
import { canonical } from './digest.js';
import { settled } from './seed-profile.js';
import { standingFields } from './standing-fields.js';
import type { Subject } from './subject.js';

const whole = 'kha install without --only';

/**
 * What a run about some hosts may not leave undone: where the wanted cluster differs from the one that was applied as `before`
 * in more than those hosts, as refusals with their places in the wanted spec. Its record would tell of what nobody has
 * applied. Of what is no difference to any host (`kha` in standing-fields.ts) nothing is said.
 */
export function beyond(before: Cluster, wanted: Cluster, subject: Subject): Difference[] {
  const told = compare(before, wanted).filter(({ severity, path }) => severity === 'error' || path[0] === 'hosts');
  const places = new Set(told.map(({ path }) => pathText(path)));
  const fields = new Set(told.map(({ path: [first] }) => first));
  return [
    ...told,
    ...otherFields(before, wanted).filter(({ path: [first] }) => !fields.has(first)),
    ...otherHosts(before, wanted, subject).filter(({ path }) => !places.has(pathText(path))),
  ];
}

/** Fields that an install of all hosts applies, or tells of. */
function otherFields(before: Cluster, wanted: Cluster): Difference[] {
  const [stands, asked] = [settled(before), settled(wanted)];
  return Object.entries(standingFields).flatMap(([name, { change }]) => {
    const path = name.split('.');
    const [then, now] = [at(stands, path), at(asked, path)];
    if (change === 'kha' || change === 'hosts' || canonical(then) === canonical(now)) return [];
    return [
      refusal(path, 'field changed', 'hosts that stand have it otherwise, and nothing is done to them here', {
        found: short(now),
        expected: short(then),
      }),
    ];
  });
}

/** New hosts and changed ones that the run is not about. */
function otherHosts(before: Cluster, wanted: Cluster, subject: Subject): Difference[] {
  const own = new Set(subject.hosts);
  const known = new Map(before.hosts.map((machine) => [machine.name, machine]));
  return wanted.hosts.flatMap((machine, index) => {
    if (own.has(machine.name)) return [];
    const old = known.get(machine.name);
    if (!old)
      return [
        refusal(['hosts', index, 'name'], 'host changed', `${machine.name} is not part of the cluster yet either`, {
          found: machine.name,
          expected: `${machine.name} among the hosts after --only`,
        }),
      ];
    return (['roles', 'vipInterface'] as const)
      .filter((key) => canonical(sorted(old[key])) !== canonical(sorted(machine[key])))
      .map((key) =>
        refusal(['hosts', index, key], 'host changed', `${machine.name} stands with other ${words[key]}`, {
          found: short(machine[key]),
          expected: short(old[key]),
        }),
      );
  });
}

const words = { roles: 'roles', vipInterface: 'settings of the virtual address' } as const;

const sorted = (value: Machine['roles'] | string | undefined): unknown =>
  Array.isArray(value) ? [...value].sort() : value;

const refusal = (
  path: Difference['path'],
  kind: Difference['kind'],
  message: string,
  { found, expected }: Pick<Difference, 'found' | 'expected'>,
): Difference => ({ path, kind, severity: 'error', message, found, expected: `${expected}; or ${whole}` });

/** Of a long list or a manifest of its own it is enough that it is another. */
function short(value: unknown): string {
  const text = Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : shown(value);
  return text.length > 100 ? 'another one' : text;
}
