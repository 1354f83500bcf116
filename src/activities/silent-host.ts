import type { Machine } from '../cluster/cluster.js';
import type { Host } from '../steps/host.js';
import { unreachable } from './ssh/connect.js';

/** A host that did not answer an earlier step of the plan: whoever needs it is told at once. */
export function silentHost(machine: Machine): Host {
  const silent = (): Promise<never> => Promise.reject(unreachable(machine.name, 'it did not answer before'));
  return { machine, read: silent, run: silent, write: silent, runUnit: silent };
}
