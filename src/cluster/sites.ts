import type { Cluster, Machine } from './cluster.js';
import { controlPlanes } from './roles.js';
import { error, type Rule } from './rule-problem.js';

/** Hosts at a site are served by workers of its own (`kha worker --site`); the others by those of the cluster's task queue. */
export type Site = Machine['site'];

/** The sites that a spec names, in the order in which it first does. */
export const sitesOf = ({ hosts }: Pick<Cluster, 'hosts'>): string[] => [
  ...new Set(hosts.flatMap(({ site }) => site ?? [])),
];

export const hostsAt = ({ hosts }: Pick<Cluster, 'hosts'>, site: Site): Machine[] =>
  hosts.filter((host) => host.site === site);

/** The hosts that workers of a site must reach: its own, and the control planes, which let theirs in. */
export const reachedFrom = (cluster: Cluster, site: Site): Machine[] => [
  ...new Set([...(site === undefined ? [] : controlPlanes(cluster)), ...hostsAt(cluster, site)]),
];

/**
 * Control planes, members of etcd and load balancers ask each other at almost every step, so the same workers serve them
 * all; of a worker's steps, each asks nobody but control planes.
 */
export const siteProblems: Rule = ({ hosts }) =>
  hosts.flatMap(({ name, site, roles }, index) => {
    const role = roles.find((one) => one !== 'worker');
    return site === undefined || role === undefined
      ? []
      : [
          error(
            ['hosts', index, 'site'],
            `${name} has the role ${role}, and only hosts that are workers and nothing else may be at a site`,
            site,
            'no such field; where no worker but a site’s reaches the cluster at all: taskQueue',
          ),
        ];
  });
