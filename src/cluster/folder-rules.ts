import type { Cluster } from './cluster.js';
import { error, type Rule, type RuleProblem } from './rule-problem.js';

/** Folders of others on the same hosts. Those of the system are refused by the schema. */
const others: readonly (readonly [folder: string, whose: string])[] = [
  ['/var/lib/kubelet', 'the kubelet’s'],
  ['/var/lib/kha', 'kha’s'],
  ['/var/lib/cni', 'the network plugins’'],
  ['/var/lib/calico', 'Calico’s'],
  ['/opt/cni', 'the network plugins’'],
  ['/var/log', 'the logs’'],
];

/** Whether a path is a folder, or below it. */
export const within = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);

/** Folders for data that are another's, that lie in it, or that it lies in: each is emptied or closed by its owner. */
export const folderProblems: Rule = ({ etcd, containerd }: Cluster) => [
  ...overlaps(['containerd', 'root'], containerd.root, others),
  ...overlaps(['etcd', 'dataDir'], etcd.dataDir, [...others, [containerd.root, 'containerd’s']]),
];

const overlaps = (path: string[], folder: string, taken: typeof others): RuleProblem[] =>
  taken
    .filter(([other]) => within(folder, other) || within(other, folder))
    .slice(0, 1)
    .map(([other, whose]) =>
      error(path, `the folder overlaps ${other}, which is ${whose}`, folder, 'a folder that nobody else has'),
    );
