import type { Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';
import { rows } from './rows.js';

/** A pod of kube-system that has a node and no container yet. */
export interface WaitingPod {
  readonly name: string;
  readonly node: string;
}

/** Those of some applications by their label k8s-app; nothing where there is no control plane yet. */
export const waitingPods = (apps: readonly string[]): Fact<WaitingPod[]> => ({
  ...asked([
    ...['-n', 'kube-system', 'get', 'pods', '-l', `k8s-app in (${apps.join(',')})`],
    ...['--field-selector', 'status.phase=Pending'],
    ...['-o', 'jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.nodeName}{"\\n"}{end}'],
  ]),
  codes: [0, noControlPlane],
  parse: (output) =>
    rows(output, /^(\S+) (\S*)$/).flatMap(([name = '', node = '']) => (node === '' ? [] : [{ name, node }])),
});

export interface PlacedPod {
  readonly name: string;
  /** Empty while no node was found for it. */
  readonly node: string;
  /** One of each family of the cluster; none before its network is made. */
  readonly addresses: readonly string[];
}

/** Pods of a namespace with this label (`app=probe`), and where they are. */
export const placedPods = (namespace: string, label: string): Fact<PlacedPod[]> => ({
  ...asked([
    ...['-n', namespace, 'get', 'pods', '-l', label, '-o'],
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.nodeName}{" "}{.status.podIP}{" "}{.status.podIPs[*].ip}{"\\n"}{end}',
  ]),
  parse: (output) =>
    rows(output, /^(\S+) (\S*) ([0-9a-f.:]*) ((?:[0-9a-f.:]+ ?)*)$/).map(
      ([name = '', node = '', first = '', all = '']) => ({
        name,
        node,
        // An API server of one family alone, and of another time, tells of one address.
        addresses: (all || first).split(' ').filter((address) => address !== ''),
      }),
    ),
});
