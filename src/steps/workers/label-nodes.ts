import type { Cluster } from '../../cluster/cluster.js';
import { settingsOf } from '../../cluster/node-settings.js';
import { controlPlanes, nodes } from '../../cluster/roles.js';
import { concerned } from '../../cluster/subject.js';
import { apiObject, kubectl, selecting } from '../../facts/kubectl.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';

type Words = Readonly<Record<string, string>>;
interface NodeList {
  items: { metadata: { name: string; labels?: Words; annotations?: Words } }[];
}
const list = (names?: readonly string[]) => apiObject<NodeList>(['nodes', ...selecting(names)]);

interface Wanted {
  readonly name: string;
  readonly labels: Words;
  readonly annotations: Words;
}

/** A kubelet may not give itself labels of kubernetes.io (NodeRestriction), so an administrator does, for all of them. */
export const labelNodes: Step = {
  name: 'labelNodes',
  does: 'Give the nodes the labels and annotations of the spec, beside those that they have',
  on: (cluster) => (wanted(cluster).length > 0 ? controlPlanes(cluster) : []),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check(context) {
    const lacking = await lack(context);
    if (!lacking) return ['the API does not answer'];
    return lacking.flatMap(({ name, labels, annotations }) => [
      ...Object.entries(labels).map(([key, value]) => `${name} lacks the label ${key}=${value}`),
      ...Object.keys(annotations).map((key) => `${name} lacks the annotation ${key}`),
    ]);
  },
  async apply(context) {
    const { host } = context;
    for (const { name, ...metadata } of (await lack(context)) ?? [])
      await host.run(`${kubectl(['patch', 'node', name, '--type', 'merge', '-p'])} "$(cat)"`, {
        stdin: JSON.stringify({ metadata }),
      });
  },
};

const wanted = (cluster: Cluster, subject?: CheckContext['subject']): Wanted[] =>
  concerned(nodes(cluster), subject)
    .map((machine) => ({ name: machine.name, ...settingsOf(cluster, machine) }))
    .map(({ name, labels, annotations }) => ({ name, labels, annotations }))
    .filter(({ labels, annotations }) => Object.keys({ ...labels, ...annotations }).length > 0);

/** What nodes lack of what they are to have; undefined where there is no API to ask. */
async function lack({ cluster, host, subject }: CheckContext): Promise<Wanted[] | undefined> {
  const found = await host.read(list(subject?.hosts));
  if (!found) return undefined;
  const other = (now: Words = {}, want: Words): Words =>
    Object.fromEntries(Object.entries(want).filter(([key, value]) => now[key] !== value));
  return wanted(cluster, subject)
    .map(({ name, labels, annotations }) => {
      const node = found.items.find(({ metadata }) => metadata.name === name)?.metadata;
      return { name, labels: other(node?.labels, labels), annotations: other(node?.annotations, annotations) };
    })
    .filter(({ labels, annotations }) => Object.keys({ ...labels, ...annotations }).length > 0);
}
