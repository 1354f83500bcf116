import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { versions } from './versions.js';

interface Module {
  readonly name: string;
  readonly commands: readonly string[];
  readonly flags?: string;
  /** Toolchain to build with where the newest would not do. */
  readonly toolchain?: string;
}

// Without these stamps kubeadm calls itself v0.0.0 and refuses its own version.
const [, minor = ''] = versions.kubernetes.split('.');
const stamps = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .map(
    (where) =>
      `-X ${where}.gitVersion=${versions.kubernetes} -X ${where}.gitMajor=1 -X ${where}.gitMinor=${minor} -X ${where}.gitTreeState=clean`,
  )
  .join(' ');

const modules: readonly Module[] = [
  {
    name: 'kubernetes',
    flags: stamps,
    commands: [
      'kubeadm',
      'kubectl',
      'kubelet',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kube-proxy',
    ].map((command) => `k8s.io/kubernetes/cmd/${command}`),
  },
  { name: 'etcd', commands: ['server', 'etcdctl', 'etcdutl'].map((command) => `go.etcd.io/etcd/${command}/v3`) },
  { name: 'coredns', commands: ['github.com/coredns/coredns'] },
  {
    name: 'containerd',
    commands: ['containerd', 'ctr', 'containerd-shim-runc-v2'].map(
      (command) => `github.com/containerd/containerd/v2/cmd/${command}`,
    ),
  },
  // Calico writes https://[10.96.0.1]:443, which Go refuses since 1.24.8: it takes the toolchain that its go.mod names.
  {
    name: 'calico',
    toolchain: 'go1.24.6',
    commands: [
      'node/cmd/calico-node',
      'cni-plugin/cmd/calico',
      'cni-plugin/cmd/install',
      'kube-controllers/cmd/kube-controllers',
      'kube-controllers/cmd/check-status',
    ].map((command) => `github.com/projectcalico/calico/${command}`),
  },
  { name: 'images', flags: `-X main.version=${versions.pause}`, commands: ['./pause', './probe'] },
];

/** Temporal's server and schema tool, which no bundle holds: for a standing server without Docker. */
const temporal: Module = {
  name: 'temporal',
  commands: ['cmd/server', 'cmd/tools/sql'].map((command) => `go.temporal.io/server/${command}`),
};

/** A folder of what the bundle is made from, in the sources, whether this runs compiled or not. */
export const source = (name: string): string => {
  const here = fileURLToPath(new URL(`../modules/${name}`, import.meta.url));
  return existsSync(here) ? here : fileURLToPath(new URL(`../../../../src/bundle/modules/${name}`, import.meta.url));
};

const environment = ({ toolchain }: Module): Record<string, string> => ({
  GOMODCACHE: cacheFolder('go', 'mod'),
  GOCACHE: cacheFolder('go', 'build'),
  GOFLAGS: '-modcacherw -mod=mod',
  CGO_ENABLED: '0',
  ...(toolchain ? { GOTOOLCHAIN: toolchain } : {}),
});

/** Digest of everything that a module's binaries follow from. */
async function digest(module: Module): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(module));
  for (const name of (await readdir(source(module.name), { recursive: true })).sort()) {
    if (/\.(go|mod|sum)$/.test(name)) hash.update(name).update(await readFile(join(source(module.name), name)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Names what the binaries of all modules follow from. */
export async function modulesDigest(): Promise<string> {
  return (await Promise.all(modules.map(digest))).join('-');
}

/** Builds what is not built yet, one command after another, and gives the path of every binary by its name. */
export async function buildModules(report: Report): Promise<Map<string, string>> {
  const binaries = new Map<string, string>();
  for (const module of modules) {
    const folder = await built(module, report);
    for (const name of await readdir(folder)) binaries.set(name, join(folder, name));
  }
  return binaries;
}

/** Temporal's server and its schema tool: the folder of both, and their module's sources. */
export async function buildTemporal(report: Report): Promise<{ readonly binaries: string; readonly sources: string }> {
  const binaries = await built(temporal, report);
  return { binaries, sources: await moduleFolder(temporal, 'go.temporal.io/server') };
}

async function built(module: Module, report: Report): Promise<string> {
  const folder = cacheFolder('bin', `${module.name}-${await digest(module)}`);
  if (!existsSync(folder)) await build(module, folder, report);
  return folder;
}

async function build(module: Module, folder: string, report: Report): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(join(making, 'out'), { recursive: true });
  // Built in a copy: go completes go.sum in place.
  await cp(source(module.name), join(making, 'source'), { recursive: true });
  for (const [index, command] of module.commands.entries()) {
    const name = binaryName(command);
    await reported(report, `Building ${module.name} ${index + 1}/${module.commands.length}: ${name}`, () =>
      run(
        'go',
        ['build', '-trimpath', '-ldflags', `-s -w ${module.flags ?? ''}`, '-o', join(making, 'out', name), command],
        { cwd: join(making, 'source'), env: environment(module) },
      ),
    );
  }
  await rename(join(making, 'out'), folder);
  await rm(making, { recursive: true, force: true });
}

const otherNames: Readonly<Record<string, string>> = {
  'go.etcd.io/etcd/server/v3': 'etcd',
  'go.temporal.io/server/cmd/server': 'temporal-server',
  'go.temporal.io/server/cmd/tools/sql': 'temporal-sql-tool',
};

/** The last part of a command's path that is no major version, where the program has no other name. */
const binaryName = (command: string): string => otherNames[command] ?? basename(command.replace(/\/v\d+$/, ''));

/** Calico's own manifest, which comes with its module. */
export async function calicoManifest(): Promise<string> {
  const calico = modules.find(({ name }) => name === 'calico')!;
  return join(await moduleFolder(calico, 'github.com/projectcalico/calico'), 'manifests', 'calico.yaml');
}

/** The command and version that a binary is built from: `k8s.io/kubernetes/cmd/kubeadm@v1.37.2`. */
export async function originOf(binary: string): Promise<string> {
  for (const { name, commands } of modules) {
    const command = commands.find((one) => binaryName(one) === binary);
    if (command === undefined) continue;
    const required = (await readFile(join(source(name), 'go.mod'), 'utf8')).matchAll(/^\s*(?:require )?(\S+) (v\S+)/gm);
    const [, , version] = [...required].find(([, path = '']) => `${command}/`.startsWith(`${path}/`)) ?? [];
    if (version !== undefined) return `${command}@${version}`;
  }
  throw new Error(`no module makes ${binary}`);
}

async function moduleFolder(module: Module, path: string): Promise<string> {
  const folder = await run('go', ['list', '-m', '-f', '{{.Dir}}', path], {
    cwd: source(module.name),
    env: environment(module),
  });
  return folder.trim();
}
