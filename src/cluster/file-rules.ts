import { within } from './folder-rules.js';
import { repeats } from './repeats.js';
import { error, type Rule } from './rule-problem.js';

/** What kha, kubeadm or the kubelet write themselves, and what becomes of it is not for `files` to say. */
const taken: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/kubernetes\/(manifests|kha)\//, 'kha and kubeadm write this folder'],
  [/^\/etc\/kubernetes\/[^/]*\.conf$/, 'kubeadm writes the kubeconfigs'],
  [
    /^\/etc\/kubernetes\/pki\/(ca|sa|front-proxy-(ca|client)|apiserver(-kubelet-client|-etcd-client)?|etcd\/.*)\.(crt|key|pub)$/,
    'kha makes the certificates',
  ],
  [/^\/var\/lib\/(kha|kubelet|etcd|containerd)\//, 'kha, kubelet, etcd and containerd keep their data there'],
  [/^\/etc\/(containerd|haproxy|keepalived)\//, 'kha writes this folder'],
  [/^\/etc\/systemd\/system\/(containerd|kubelet)\.service/, 'kha writes this unit'],
  [/^\/etc\/hosts$|^\/etc\/sysctl\.d\/90-kubernetes\.conf$/, 'kha writes this file'],
  [/^\/(proc|sys|dev|run|tmp)\//, 'what lies there is gone with the next start'],
];

/** Files that would be laid where others write, or one over the other. */
export const fileProblems: Rule = ({ files, etcd, containerd }) => {
  const again = new Map(repeats(files.map(({ path }) => path)).map(({ index, first }) => [index, first]));
  return files.flatMap(({ path }, index) => {
    const place = ['files', index, 'path'];
    const data = [etcd.dataDir, containerd.root].some((folder) => within(path, folder));
    const why = data ? 'etcd or containerd keeps its data there' : taken.find(([pattern]) => pattern.test(path))?.[1];
    if (why !== undefined) return [error(place, `no file can be laid there: ${why}`, path, 'another path')];
    const first = again.get(index);
    return first !== undefined ? [error(place, `the same path as files[${first}]`, path, 'every path once')] : [];
  });
};
