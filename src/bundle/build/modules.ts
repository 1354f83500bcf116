import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Requires } from './go-mod.js';
import type { Versions } from './versions.js';
import { seedVersions } from '../../cluster/seed-versions.js';

/** How a release is built that is older than Go's modules: from a GOPATH, by a Go of its own time. */
export interface GopathBuild {
  /** The module whose staging folders are modules of their own, as its go.mod here replaces them. */
  readonly staging?: string;
  /** Packages that are changed once they are laid there: by file, what is written in place of what. */
  readonly changes?: Readonly<Record<string, readonly [old: string, now: string]>>;
  /** What makes the files that the release's makefiles generate: a script, run in the GOPATH's sources. */
  readonly generate?: string;
  /** Commands that work only with C compiled in, and so are linked to the C library of hosts. */
  readonly withC?: readonly string[];
}

/** Commands that are built from Go modules, with the go.mod of src/bundle/modules or one made for another version. */
export interface Module {
  readonly name: string;
  readonly commands: readonly string[];
  readonly flags?: string;
  /** Toolchain to build with where the newest would not do. */
  readonly toolchain?: string;
  /** The modules that the commands are of, in the versions wanted; as its go.mod has them where this says nothing. */
  readonly requires?: Requires;
  /** Where it is older than Go's modules. */
  readonly gopath?: GopathBuild;
}

/** Without these kubeadm calls itself v0.0.0 and refuses its own version. */
function stamps(kubernetes: string, own = 'k8s.io/component-base/version'): string {
  const [, minor = ''] = kubernetes.split('.');
  const fields = `gitVersion=${kubernetes} gitMajor=1 gitMinor=${minor} gitTreeState=clean`.split(' ');
  return [own, 'k8s.io/client-go/pkg/version']
    .map((where) => fields.map((field) => `-X ${where}.${field}`).join(' '))
    .join(' ');
}

/** Programs of kha’s own that images are made around. */
const ownImages = (pause: string): Module => ({
  name: 'images',
  flags: `-X main.version=${pause}`,
  commands: ['./pause', './probe'],
});

/** Everything that a bundle’s own programs and images are built from. */
export const modulesFor = ({ kubernetes, etcd, coredns, containerd, pause }: Versions): readonly Module[] => [
  {
    name: 'kubernetes',
    flags: stamps(kubernetes),
    commands: [
      'kubeadm',
      'kubectl',
      'kubelet',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kube-proxy',
    ].map((command) => `k8s.io/kubernetes/cmd/${command}`),
    requires: { 'k8s.io/kubernetes': kubernetes },
  },
  {
    name: 'etcd',
    commands: ['server', 'etcdctl', 'etcdutl'].map((command) => `go.etcd.io/etcd/${command}/v3`),
    // The image’s tag counts its own builds behind the release.
    requires: Object.fromEntries(
      ['server', 'etcdctl', 'etcdutl'].map((part) => [`go.etcd.io/etcd/${part}/v3`, `v${etcd.replace(/-\d+$/, '')}`]),
    ),
  },
  {
    name: 'coredns',
    commands: ['github.com/coredns/coredns'],
    requires: { 'github.com/coredns/coredns': coredns },
  },
  {
    name: 'containerd',
    commands: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map(
      (command) => `github.com/containerd/containerd/v2/cmd/${command}`,
    ),
    requires: { 'github.com/containerd/containerd/v2': containerd },
  },
  calico,
  ownImages(pause),
];

/** An API server of v1.9 says what it serves by a file that its makefile makes (build/root/Makefile.generated_files). */
const generateOpenapi = `go build -o /mnt/tmp/openapi-gen k8s.io/code-generator/cmd/openapi-gen
dirs=$(grep -rl --include=*.go '+k8s:openapi-gen=' k8s.io | grep -Ev 'code-generator|kube-openapi' | xargs -n1 dirname | LC_ALL=C sort -u | paste -sd,)
/mnt/tmp/openapi-gen --logtostderr -i "$dirs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi -h /dev/null
`;

/**
 * Kubernetes 1.9, which Go's modules came after: all but a few of its dependencies are those of its own list. Go 1.9 built
 * its releases, and built by today's Go its kubeadm ends in a panic. A kubelet without C measures no container.
 */
export const kubernetes19: Module & { readonly gopath: GopathBuild } = {
  name: 'kubernetes-1.9',
  toolchain: 'go1.9.7',
  flags: stamps('v1.9.0', 'k8s.io/kubernetes/pkg/version'),
  commands: [
    ...['kubeadm', 'kubectl', 'kubelet', 'kube-apiserver', 'kube-controller-manager', 'kube-proxy'].map(
      (command) => `k8s.io/kubernetes/cmd/${command}`,
    ),
    'k8s.io/kubernetes/plugin/cmd/kube-scheduler',
  ],
  gopath: {
    staging: 'k8s.io/kubernetes',
    // The containerd of its list answers with this type, and cAdvisor's own list has another.
    changes: {
      'github.com/google/cadvisor/container/containerd/client.go': [
        'github.com/golang/protobuf/ptypes/empty',
        'github.com/gogo/protobuf/types',
      ],
    },
    generate: generateOpenapi,
    withC: ['k8s.io/kubernetes/cmd/kubelet'],
  },
};

/** Its kubeadm alone, which no bundle holds: two minutes, for tests of what it is told. */
export const kubeadm19: Module = {
  ...kubernetes19,
  commands: ['k8s.io/kubernetes/cmd/kubeadm'],
  gopath: { staging: 'k8s.io/kubernetes' },
};

/**
 * Writes https://[10.96.0.1]:443, which Go refuses since 1.24.8: it takes the toolchain that its go.mod names. Its module
 * has no version of its own: see docs/bundle.md.
 */
export const calico: Module = {
  name: 'calico',
  toolchain: 'go1.24.6',
  commands: [
    'node/cmd/calico-node',
    'cni-plugin/cmd/calico',
    'cni-plugin/cmd/install',
    'kube-controllers/cmd/kube-controllers',
    'kube-controllers/cmd/check-status',
  ].map((command) => `github.com/projectcalico/calico/${command}`),
};

/** Temporal's server and schema tool, which no bundle holds: for a standing server without Docker. */
export const temporal: Module = {
  name: 'temporal',
  commands: ['cmd/server', 'cmd/tools/sql'].map((command) => `go.temporal.io/server/${command}`),
};

/** Kubernetes’ own image for tests of networks, which no bundle holds: for hosts that fetch from a lab’s internet. */
export const agnhostModule: Module = { name: 'kubernetes', commands: ['k8s.io/kubernetes/test/images/agnhost'] };

/** An add-on with a chart in its module, for a test of add-ons in bundles; its version is its go.mod’s here. */
export const metricsServer: Module = {
  name: 'metrics-server',
  commands: ['sigs.k8s.io/metrics-server/cmd/metrics-server'],
};

/** As its go.mod here has it. */
export const helmVersion = 'v4.3.1';

/** Helm, which renders charts into the manifests of add-ons; no host ever has it. */
export const helm: Module = {
  name: 'helm',
  flags: `-X helm.sh/helm/v4/internal/version.version=${helmVersion}`,
  commands: ['helm.sh/helm/v4/cmd/helm'],
};

/** A folder of what the bundle is made from, in the sources, whether this runs compiled or not. */
export const source = (name: string): string => {
  const here = fileURLToPath(new URL(`../modules/${name}`, import.meta.url));
  return existsSync(here) ? here : fileURLToPath(new URL(`../../../../src/bundle/modules/${name}`, import.meta.url));
};

const otherNames: Readonly<Record<string, string>> = {
  'go.etcd.io/etcd/server/v3': 'etcd',
  'go.temporal.io/server/cmd/server': 'temporal-server',
  'go.temporal.io/server/cmd/tools/sql': 'temporal-sql-tool',
};

/** The last part of a command's path that is no major version, where the program has no other name. */
export const binaryName = (command: string): string => otherNames[command] ?? basename(command.replace(/\/v\d+$/, ''));

/** Everything of the seed’s bundle that is built here. */
export const seedModules: readonly Module[] = [kubernetes19, ownImages(seedVersions.pause)];
