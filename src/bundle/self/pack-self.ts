import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { createGzip } from 'node:zlib';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { pinnedCli } from '../../engine/temporal-cli.js';
import { digestOf } from '../tar.js';
import { chunksOf, writeTar, type Part } from '../write-tar.js';
import { licenceOfTemporal } from './licence-of-temporal.js';
import { filesBelow, ownFiles } from './own-files.js';
import { productionModules, type Module } from './production-modules.js';

export interface SelfPack {
  /** Where to write it. */
  readonly path: string;
  /** Licence of the Node that runs; found beside it unless told. */
  readonly nodeLicence?: string | undefined;
}

const packageFile = createRequire(import.meta.url).resolve('#package');
const home = 'lib/node_modules/kubernetes-ha';

/** Finds itself through symbolic links, and needs nothing of the machine but sh, dirname and readlink. */
const launcher = `#!/bin/sh
here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
KHA_TEMPORAL=\${KHA_TEMPORAL:-$here/libexec/temporal}
export KHA_TEMPORAL
exec "$here/libexec/node" "$here/${home}/bin/kha.js" "$@"
`;

/**
 * Packs kha with its modules, the Node that runs and Temporal's CLI into a gzipped tar archive of one folder, for a machine
 * of this architecture that has none of them and no network: the same inputs give the same bytes. Gives its SHA-256.
 */
export async function packSelf({ path, nodeLicence }: SelfPack, report: Report): Promise<string> {
  const root = dirname(packageFile);
  const manifest = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string; files: string[] };
  if (!existsSync(join(root, 'dist/workflow-bundle.js')))
    throw new Error(`kha is not compiled in ${root}: run npm run build there`);
  const node = ownNode(nodeLicence);
  const temporal = await pinnedCli(report);
  const folder = `kha-${manifest.version}-${process.platform}-${process.arch}`;
  return reported(report, `Packing ${basename(path)}`, async () => {
    const modules = await productionModules(root);
    const parts: Part[] = [
      { name: 'bin/kha', content: Buffer.from(launcher), mode: 0o755 },
      { name: 'libexec/node', content: { path: node.program }, mode: 0o755 },
      { name: 'libexec/temporal', content: { path: temporal }, mode: 0o755 },
      { name: 'licences/node.txt', content: { path: node.licence } },
      { name: 'licences/temporal.txt', content: Buffer.from(licenceOfTemporal) },
      ...(await partsOf(root, home, await ownFiles(root, manifest.files))),
    ];
    for (const module of modules) {
      const files = (await filesBelow(module.folder)).filter((file) => runsHere(module.name, file));
      parts.push(...(await partsOf(module.folder, placeOf(module, root), files)));
    }
    const contents = await contentsOf(manifest.version, node.program, temporal, modules);
    parts.push({ name: 'contents.json', content: Buffer.from(`${JSON.stringify(contents, undefined, 2)}\n`) });
    parts.sort((one, other) => (one.name < other.name ? -1 : 1));
    const all = parts.map((part) => ({ ...part, name: `${folder}/${part.name}` }));
    await writeTar(path, all, createGzip({ level: 6 }));
    return digestOf(chunksOf({ path }));
  });
}

/** The Node that runs. Throws where it would not run alone, and where its licence is not found. */
function ownNode(told: string | undefined): { program: string; licence: string } {
  const program = process.execPath;
  const shared = Object.entries(process.config.variables).filter(
    ([name, value]) => name.startsWith('node_shared') && String(value) === 'true',
  );
  if (shared.length > 0)
    throw new Error(
      `${program} needs libraries of this machine's system (${shared.map(([name]) => name.slice(5)).join(', ')}) and would not run elsewhere: run kha with a Node of nodejs.org or NodeSource`,
    );
  const beside = ['../LICENSE', '../share/doc/nodejs/LICENSE', '../licences/node.txt'];
  const places = told === undefined ? beside.map((place) => join(dirname(program), place)) : [told];
  const licence = places.find((place) => existsSync(place));
  if (licence === undefined)
    throw new Error(`the licence of ${program} is not in ${places.join(', ')}: name its file with --node-licence`);
  return { program, licence };
}

async function partsOf(from: string, to: string, files: readonly string[]): Promise<Part[]> {
  return Promise.all(
    files.map(async (file) => ({
      name: `${to}/${file}`,
      content: { path: join(from, file) },
      mode: (await stat(join(from, file))).mode & 0o111 ? 0o755 : 0o644,
    })),
  );
}

/** Where Node finds a module: below kha's package, or beside it as here. */
function placeOf({ folder }: Module, root: string): string {
  const below = relative(root, folder);
  if (!below.startsWith('..')) return `${home}/${below}`;
  const beside = relative(dirname(root), folder);
  if (!beside.startsWith('..')) return `${dirname(home)}/${beside}`;
  throw new Error(`${folder} lies neither below nor beside ${root}: install kha with npm, and run it from there`);
}

/** Temporal's native core comes for five platforms, 140 MB: only this one's is taken. */
function runsHere(module: string, file: string): boolean {
  const [, target] = /^releases\/([^/]+)\//.exec(file) ?? [];
  if (module !== '@temporalio/core-bridge' || target === undefined) return true;
  return target === `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;
}

/** What is in it, for who reviews it. */
async function contentsOf(version: string, node: string, temporal: string, modules: readonly Module[]) {
  return {
    kha: { version },
    node: { version: process.version, digest: await digestOf(chunksOf({ path: node })), licence: 'licences/node.txt' },
    temporal: {
      version: (await run(temporal, ['--version'])).trim(),
      digest: await digestOf(chunksOf({ path: temporal })),
      licence: 'MIT',
    },
    modules: modules.map(({ name, version: of, licence }) => ({ name, version: of, licence })),
  };
}
