import type { Cluster } from '../../cluster/cluster.js';
import { settingsOf } from '../../cluster/node-settings.js';
import { controlPlanes, nodes } from '../../cluster/roles.js';
import { concerned } from '../../cluster/subject.js';
import { kubectl } from '../../facts/kubectl.js';
import { nodeMetadata, type NodeMetadata, type Words } from '../../facts/nodes.js';
import { abreast, channels } from '../abreast.js';
import { firstFew } from '../first-few.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';

/** So many keys are asked after at once: a command's word has 128 KB at most (execve(2), MAX_ARG_STRLEN). */
const keysAtOnce = 100;

interface Wanted extends NodeMetadata {
  readonly name: string;
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
    return firstFew(
      lacking.flatMap(({ name, labels, annotations }) => [
        ...Object.entries(labels).map(([key, value]) => `${name} lacks the label ${key}=${value}`),
        ...Object.keys(annotations).map((key) => `${name} lacks the annotation ${key}`),
      ]),
    );
  },
  async apply(context) {
    const { host } = context;
    await abreast((await lack(context)) ?? [], channels, ({ name, ...metadata }) =>
      host.run(`${kubectl(['patch', 'node', name, '--type', 'merge', '-p'])} "$(cat)"`, {
        stdin: JSON.stringify({ metadata }),
      }),
    );
  },
};

const wanted = (cluster: Cluster, subject?: CheckContext['subject']): Wanted[] =>
  concerned(nodes(cluster), subject)
    .map((machine) => ({ name: machine.name, ...settingsOf(cluster, machine) }))
    .map(({ name, labels, annotations }) => ({ name, labels, annotations }))
    .filter(hasAny);

/** What nodes lack of what they are to have; undefined where there is no API to ask. */
async function lack({ cluster, host, subject }: CheckContext): Promise<Wanted[] | undefined> {
  const all = wanted(cluster, subject);
  const keys = [
    ...new Set(all.flatMap(({ labels, annotations }) => Object.keys({ ...labels, ...annotations }))),
  ].sort();
  let lacking = all;
  for (let asked = 0; asked < keys.length; asked += keysAtOnce) {
    const found = await host.read(nodeMetadata(keys.slice(asked, asked + keysAtOnce), subject?.hosts));
    if (!found) return undefined;
    lacking = lacking.map(({ name, labels, annotations }) => {
      const node = found.get(name);
      return { name, labels: other(node?.labels, labels), annotations: other(node?.annotations, annotations) };
    });
  }
  return lacking.filter(hasAny);
}

const other = (now: Words = {}, want: Words): Words =>
  Object.fromEntries(Object.entries(want).filter(([key, value]) => now[key] !== value));

const hasAny = ({ labels, annotations }: Wanted): boolean => Object.keys({ ...labels, ...annotations }).length > 0;
