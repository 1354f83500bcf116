import { z } from 'zod';
import type { Cluster, Machine } from './cluster.js';
import { repeats } from './repeats.js';
import { isWorkerOnly } from './roles.js';

export const subjectSchema = z.strictObject({
  /** By name. */
  hosts: z.array(z.string()).min(1),
});

/** What a run is about that is not about all of its cluster: workers, each of which is to be a part of it. */
export type Subject = Readonly<z.output<typeof subjectSchema>>;

/** Names at most in a list of those that there are. */
const readable = 20;

/** Why no run can be about these hosts alone, in words; nothing where one can. See docs/decisions/0022-a-run-about-some-hosts.md. */
export function subjectProblems(cluster: Cluster, { hosts }: Subject): string[] {
  const known = new Map(cluster.hosts.map((machine) => [machine.name, machine]));
  return [
    ...repeats(hosts).map(({ value }) => `${value} is named twice`),
    ...[...new Set(hosts)].flatMap((name) => {
      const machine = known.get(name);
      if (!machine) return [`the spec has no host ${name}; its workers: ${workersOf(cluster)}`];
      if (isWorkerOnly(machine)) return [];
      return [
        `${name} is ${machine.roles.join(' and ')}; only a host that is a worker and nothing else can be added so`,
      ];
    }),
    ...(cluster.firewall === 'open'
      ? ['firewall is open: every host lets the others in by their addresses, and has to be told of a new one']
      : []),
  ];
}

function workersOf({ hosts }: Cluster): string {
  const names = hosts.filter(isWorkerOnly).map(({ name }) => name);
  const more = names.length > readable ? ` and ${names.length - readable} more` : '';
  return `${names.slice(0, readable).join(', ') || 'none'}${more}`;
}

/** Those of the machines that a run is about; all of them where it is about the whole cluster. */
export function concerned(machines: readonly Machine[], subject: Subject | undefined): readonly Machine[] {
  if (!subject) return machines;
  const names = new Set(subject.hosts);
  return machines.filter(({ name }) => names.has(name));
}

/** Hosts that a run may connect to: those that it is about, and whoever is more than a worker. */
export function inReach({ hosts }: Cluster, subject: Subject | undefined): readonly Machine[] {
  if (!subject) return hosts;
  const names = new Set(subject.hosts);
  return hosts.filter((machine) => names.has(machine.name) || !isWorkerOnly(machine));
}
