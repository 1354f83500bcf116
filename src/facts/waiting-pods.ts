import type { Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';
import { lines } from './files.js';

/** A pod of kube-system that has a node and no container yet. */
export interface WaitingPod {
  readonly name: string;
  readonly node: string;
}

/** Those of some applications by their label k8s-app; nothing where there is no control plane yet. */
export const waitingPods = (apps: readonly string[]): Fact<WaitingPod[]> => ({
  command: asked([
    ...['-n', 'kube-system', 'get', 'pods', '-l', `k8s-app in (${apps.join(',')})`],
    ...['--field-selector', 'status.phase=Pending'],
    ...['-o', 'jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.nodeName}{"\\n"}{end}'],
  ]),
  codes: [0, noControlPlane],
  parse: ({ stdout }) =>
    lines(stdout).flatMap((line) => {
      const [name = '', node = ''] = line.split(' ');
      return node === '' ? [] : [{ name, node }];
    }),
});

/** Nodes whose network of pods is up, as the network itself said (condition NetworkUnavailable of the API's v1.Node). */
export const connectedNodes: Fact<ReadonlySet<string>> = {
  command: asked([
    ...['get', 'nodes', '-o'],
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="NetworkUnavailable")].status}{"\\n"}{end}',
  ]),
  codes: [0, noControlPlane],
  parse: ({ stdout }) =>
    new Set(
      lines(stdout).flatMap((line) => {
        const [name = '', unavailable] = line.split(' ');
        return unavailable === 'False' ? [name] : [];
      }),
    ),
};
