/** containerd's own default, which its configuration then does not name. Apart from the schema: workflows load no zod. */
export const usualRoot = '/var/lib/containerd';
/** Where kubeadm has etcd's data, and what its configuration then does not name. */
export const usualDataDir = '/var/lib/etcd';
