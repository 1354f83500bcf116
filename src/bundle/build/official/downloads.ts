import type { Architecture, Versions } from '../versions.js';
import type { Signers } from './signed-sums.js';

/** A file that a site publishes, and what of it goes into a bundle. */
export interface Published {
  readonly url: string;
  /** Where its SHA-256 is published; nowhere for a file of a repository, which the lock pins. */
  readonly sums?: string;
  /** Who signs that list, where its project does. */
  readonly signers?: Signers;
  readonly version: string;
  /** By name in the bundle; of an archive, the member that it is. */
  readonly files: Readonly<Record<string, { readonly member?: string }>>;
}

/** Released beside containerd v2.4.2 as what it is tested with (its script/setup/runc-version and critools-version). */
const runc = 'v1.5.2';
const crictl = 'v1.37.0';

/** Keys of runc’s maintainers, as its runc.keyring of August 2026 has them. */
export const runcSigners: Signers = {
  keyring: `https://raw.githubusercontent.com/opencontainers/runc/${runc}/runc.keyring`,
  fingerprints: [
    'C9C370B246B09F6DBCFC744C34401015D1D2D386',
    'C2428CD75720FACDCF76B6EA17DE5ECB75A1100E',
    'C020EA876CE4E06C7AB95AEF49524C6F9F638F1A',
  ],
};

const github = (repository: string, version: string, file: string): string =>
  `https://github.com/${repository}/releases/download/${version}/${file}`;

/**
 * Programs and manifests from where their projects publish them: kubernetes.io, “Download Kubernetes”; the release pages of
 * containerd, runc, cri-tools and etcd. All are under the Apache License 2.0.
 */
export function published(
  { kubernetes, containerd, etcd, calico }: Versions,
  all: readonly Architecture[],
): Published[] {
  const etcdVersion = `v${etcd.replace(/-\d+$/, '')}`;
  return [
    ...all.flatMap((arch): Published[] => {
      const members = (folder: string, ...names: readonly string[]): Published['files'] =>
        Object.fromEntries(names.map((name) => [`bin/${arch}/${name}`, { member: `${folder}${name}` }]));
      const containerdFile = github(
        'containerd/containerd',
        containerd,
        `containerd-${containerd.slice(1)}-linux-${arch}.tar.gz`,
      );
      const crictlFile = github('kubernetes-sigs/cri-tools', crictl, `crictl-${crictl}-linux-${arch}.tar.gz`);
      return [
        ...['kubeadm', 'kubelet', 'kubectl'].map((name): Published => {
          const url = `https://dl.k8s.io/release/${kubernetes}/bin/linux/${arch}/${name}`;
          return { url, sums: `${url}.sha256`, version: kubernetes, files: { [`bin/${arch}/${name}`]: {} } };
        }),
        {
          url: containerdFile,
          sums: `${containerdFile}.sha256sum`,
          version: containerd,
          files: members('bin/', 'containerd', 'ctr', 'containerd-shim-runc-v2'),
        },
        {
          url: github('opencontainers/runc', runc, `runc.${arch}`),
          sums: github('opencontainers/runc', runc, 'runc.sha256sum'),
          signers: runcSigners,
          version: runc,
          files: { [`bin/${arch}/runc`]: {} },
        },
        { url: crictlFile, sums: `${crictlFile}.sha256`, version: crictl, files: members('', 'crictl') },
        {
          url: github('etcd-io/etcd', etcdVersion, `etcd-${etcdVersion}-linux-${arch}.tar.gz`),
          sums: github('etcd-io/etcd', etcdVersion, 'SHA256SUMS'),
          version: etcdVersion,
          files: members(`etcd-${etcdVersion}-linux-${arch}/`, 'etcdctl', 'etcdutl'),
        },
      ];
    }),
    {
      url: `https://raw.githubusercontent.com/projectcalico/calico/${calico}/manifests/calico.yaml`,
      version: calico,
      files: { 'manifests/calico.yaml': {} },
    },
  ];
}

/** The SHA-256 that a published list has for a file; it may be the one sum alone, as dl.k8s.io has them. */
export function publishedSum(list: string, file: string): string | undefined {
  const rows = list
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([sum = '']) => /^[0-9a-f]{64}$/i.test(sum));
  const [only = [], ...more] = rows;
  const [sum] =
    more.length === 0 && only.length === 1
      ? only
      : (rows.find(([, name = '']) => name.replace(/^\*?(\.\/)?/, '') === file) ?? []);
  return sum === undefined ? undefined : `sha256:${sum.toLowerCase()}`;
}
