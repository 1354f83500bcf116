import type { Cluster } from './cluster.js';

/** Whole seconds that something may take on these hosts, out of those that it may take on usual ones. */
export const patientSeconds = ({ patience = 1 }: Partial<Pick<Cluster, 'patience'>>, usual: number): number =>
  Math.round(usual * patience);
