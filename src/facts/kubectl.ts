import type { Cluster } from '../cluster/cluster.js';
import { isSeed } from '../cluster/seed-profile.js';
import { FactUnknown, type Fact, type Output } from './fact.js';
import { present, sh } from './sh.js';

/** kubectl with the administrator's kubeconfig of a control plane; a server given wins over the kubeconfig's. */
export const kubectl = (args: readonly string[], server?: string): string =>
  sh`kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 15s` +
  (server ? sh` --server ${server}` : '') +
  sh` ${args}`;

/**
 * How objects are applied. Server-side: the annotation of a client's apply holds a quarter of what an object does. Kubernetes
 * has it since v1.22.
 */
export const applying = (cluster: Pick<Cluster, 'profile'>): readonly string[] =>
  isSeed(cluster) ? ['apply'] : ['apply', '--server-side', '--force-conflicts'];

/** For `kubectl delete`, which waits until the object is gone, and does so since v1.11. */
export const notWaiting = (cluster: Pick<Cluster, 'profile'>): readonly string[] =>
  isSeed(cluster) ? [] : ['--wait=false'];

/** Exit code of `asked` on a host that is no control plane yet (sysexits.h: EX_CONFIG). */
export const noControlPlane = 78;

/** kubectl for a fact: on a host that is no control plane it says so, by its exit code. An API that hangs is waited for. */
export const asked = (args: readonly string[]): Pick<Fact<unknown>, 'command' | 'waits'> => ({
  command: `${present}if present /etc/kubernetes/admin.conf; then ${kubectl(args)}; else exit ${noControlPlane}; fi`,
  waits: true,
});

/** Throws FactUnknown for every failure of kubectl but the API's own word that the object is not there. */
export function onlyNotFound(output: Output): void {
  const { code, stderr } = output;
  if (/^Error from server \(NotFound\):/m.test(stderr)) return;
  throw new FactUnknown(`kubectl exited ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`, output);
}

/** An object or a list as the API gives it; undefined when it is not there, or no cluster is. */
export const apiObject = <T>(args: readonly string[]): Fact<T | undefined> => ({
  ...asked(['get', ...args, '-o', 'json']),
  codes: [0, 1, noControlPlane],
  parse(output) {
    if (output.code === 0) return JSON.parse(output.stdout) as T;
    if (output.code === 1) onlyNotFound(output);
    return undefined;
  },
});
