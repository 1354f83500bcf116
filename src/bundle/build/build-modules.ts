import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { goMod, goModFor, requiresOf, type Requires } from './go-mod.js';
import { buildInGopath, gopathDigest } from './gopath.js';
import {
  agnhostModule,
  binaryName,
  calico,
  helm,
  metricsServer,
  modulesFor,
  source,
  temporal,
  type Module,
} from './modules.js';
import { labArchitecture, type Architecture, type Versions } from './versions.js';

const environment = ({ toolchain, gopath }: Module, arch: Architecture = labArchitecture): Record<string, string> => ({
  GOARCH: arch,
  GOMODCACHE: cacheFolder('go', 'mod'),
  GOCACHE: cacheFolder('go', 'build'),
  GOFLAGS: '-modcacherw -mod=mod',
  CGO_ENABLED: '0',
  // A Go that is older than modules cannot fetch them: it only compiles.
  ...(toolchain && !gopath ? { GOTOOLCHAIN: toolchain } : {}),
});

const kept = async ({ name }: Module): Promise<Requires> =>
  requiresOf(await readFile(join(source(name), 'go.mod'), 'utf8'));

/** Whether the go.mod that kha keeps is of other versions than wanted. */
async function isOfOtherVersions(module: Module): Promise<boolean> {
  const there = await kept(module);
  return Object.entries(module.requires ?? {}).some(([path, version]) => there[path] !== version);
}

/** Digest of everything that a module's binaries follow from. */
async function digest(module: Module): Promise<string> {
  const { requires, ...recipe } = module;
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  if (module.gopath) hash.update(await gopathDigest(module.gopath));
  if (await isOfOtherVersions(module)) return hash.update(JSON.stringify(requires)).digest('hex').slice(0, 12);
  for (const name of (await readdir(source(module.name), { recursive: true })).sort()) {
    if (/\.(go|mod|sum)$/.test(name)) hash.update(name).update(await readFile(join(source(module.name), name)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** Names what the binaries of all modules follow from. */
export async function modulesDigest(modules: readonly Module[]): Promise<string> {
  return (await Promise.all(modules.map(digest))).join('-');
}

/** Builds what is not built yet, one command after another, and gives the path of every binary by its name. */
export async function buildModules(
  modules: readonly Module[],
  arch: Architecture,
  report: Report,
): Promise<Map<string, string>> {
  const binaries = new Map<string, string>();
  for (const module of modules) {
    const folder = await built(module, arch, report);
    for (const name of await readdir(folder)) binaries.set(name, join(folder, name));
  }
  return binaries;
}

/** The server and client of the network proof, which no project publishes: its path. */
export async function buildProbe(versions: Versions, arch: Architecture, report: Report): Promise<string> {
  const own = modulesFor(versions).find(({ name }) => name === 'images')!;
  return join(await built(own, arch, report), 'probe');
}

/** Temporal's server and its schema tool: the folder of both, and their module's sources. */
export async function buildTemporal(report: Report): Promise<{ readonly binaries: string; readonly sources: string }> {
  const binaries = await built(temporal, labArchitecture, report);
  return { binaries, sources: await moduleFolder(temporal, 'go.temporal.io/server') };
}

/** The path of Helm, where it was built before. */
export async function builtHelm(): Promise<string | undefined> {
  const path = join(await folderOf(helm, labArchitecture), 'helm');
  return existsSync(path) ? path : undefined;
}

/** Helm: its path. */
export const buildHelm = async (report: Report): Promise<string> =>
  join(await built(helm, labArchitecture, report), 'helm');

/** metrics-server’s program and the folder of its chart. */
export async function buildMetricsServer(
  report: Report,
): Promise<{ readonly program: string; readonly chart: string }> {
  const program = join(await built(metricsServer, labArchitecture, report), 'metrics-server');
  return {
    program,
    chart: join(await moduleFolder(metricsServer, 'sigs.k8s.io/metrics-server'), 'charts/metrics-server'),
  };
}

/** The program of Kubernetes’ image for tests of networks: its path. */
export const buildAgnhost = async (report: Report): Promise<string> =>
  join(await built(agnhostModule, labArchitecture, report), 'agnhost');

async function folderOf(module: Module, arch: Architecture): Promise<string> {
  const name = `${module.name}-${await digest(module)}`;
  return cacheFolder('bin', arch === labArchitecture ? name : `${name}-${arch}`);
}

async function built(module: Module, arch: Architecture, report: Report): Promise<string> {
  const folder = await folderOf(module, arch);
  if (!existsSync(folder)) await build(module, arch, folder, report);
  return folder;
}

async function build(module: Module, arch: Architecture, folder: string, report: Report): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(join(making, 'out'), { recursive: true });
  // Built in a copy: go completes go.sum in place.
  await cp(source(module.name), join(making, 'source'), { recursive: true });
  if (await isOfOtherVersions(module)) await changeVersions(module, join(making, 'source'));
  if (module.gopath)
    await buildInGopath({ ...module, gopath: module.gopath }, making, environment(module, arch), report);
  else await buildAsModule(module, arch, making, report);
  await rename(join(making, 'out'), folder);
  await rm(making, { recursive: true, force: true });
}

async function buildAsModule(module: Module, arch: Architecture, making: string, report: Report): Promise<void> {
  for (const [index, command] of module.commands.entries()) {
    const name = binaryName(command);
    await reported(
      report,
      `Building ${module.name} ${index + 1}/${module.commands.length}: ${name}${arch === labArchitecture ? '' : ` (${arch})`}`,
      () =>
        run(
          'go',
          ['build', '-trimpath', '-ldflags', `-s -w ${module.flags ?? ''}`, '-o', join(making, 'out', name), command],
          { cwd: join(making, 'source'), env: environment(module, arch) },
        ),
    );
  }
}

/** Puts another go.mod in place of the kept one; its sums are proved by Go’s checksum database instead of a kept go.sum. */
async function changeVersions(module: Module, folder: string): Promise<void> {
  const env = environment(module);
  const [[path, version] = ['', '']] = Object.entries(module.requires!);
  const downloaded = await run('go', ['mod', 'download', '-json', `${path}@${version}`], { cwd: folder, env });
  const { GoMod: file } = JSON.parse(downloaded) as { GoMod: string };
  const entry = goMod.parse(JSON.parse(await run('go', ['mod', 'edit', '-json', file], { cwd: folder, env })));
  await writeFile(join(folder, 'go.mod'), goModFor(module.name, module.requires!, entry));
  await rm(join(folder, 'go.sum'), { force: true });
}

/** Calico's own manifest, which comes with its module. */
export async function calicoManifest(): Promise<string> {
  return join(await calicoFolder(), 'manifests', 'calico.yaml');
}

/** Calico’s sources. */
export const calicoFolder = (): Promise<string> => moduleFolder(calico, 'github.com/projectcalico/calico');

/** The command and version that a binary is built from: `k8s.io/kubernetes/cmd/kubeadm@v1.37.2`; kha itself for its own. */
export async function originOf(modules: readonly Module[], binary: string): Promise<string> {
  for (const module of modules) {
    const command = module.commands.find((one) => binaryName(one) === binary);
    if (command === undefined) continue;
    if (module.name === 'images') return 'kubernetes-ha';
    const required = Object.entries({ ...(await kept(module)), ...module.requires });
    const [, version] = required.find(([path]) => `${command}/`.startsWith(`${path}/`)) ?? [];
    if (version !== undefined) return `${command}@${version}`;
  }
  throw new Error(`no module makes ${binary}`);
}

/** Where the sources of a module are that commands are built from. */
export async function moduleFolder(module: Module, path: string): Promise<string> {
  const folder = await run('go', ['list', '-m', '-f', '{{.Dir}}', path], {
    cwd: source(module.name),
    env: environment(module),
  });
  return folder.trim();
}
