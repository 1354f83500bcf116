import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { knownSystem, neededPackages, type KnownSystem, type Runtime } from '../../cluster/systems.js';
import type { Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import type { Source } from '../write-archive.js';
import { baseSystem } from './base-system.js';
import { debianPackages } from './debian-packages.js';
import { labArchitecture, type Architecture } from './versions.js';

type Files = Source['files'];

/** The systems that a bundle has packages for, each with the folder that somebody has put them into, or none. */
export type PackageSources = ReadonlyMap<string, string | undefined>;

/** Debian’s releases, by the suites of its repositories: what packages are fetched from without a folder. */
export const suites: Readonly<Record<string, string>> = { 'debian-12': 'bookworm', 'debian-13': 'trixie' };

/** Packages of every system that a bundle is for. Throws where a folder’s file is no package of its system. */
export async function packageFiles(
  sources: PackageSources,
  report: Report,
  architectures: readonly Architecture[] = [labArchitecture],
  runtime: Runtime = 'containerd',
): Promise<Files> {
  const files: Files[number][] = [];
  for (const [name, folder] of sources) {
    const system = knownSystem(name);
    if (!system) throw new Error(`${name} is no system that kha knows packages of`);
    const suite = suites[name];
    if (folder !== undefined) files.push(...(await ofFolder(system, folder, runtime, report)));
    else if (suite !== undefined) files.push(...(await ofDebian(system, suite, architectures, runtime, report)));
    else throw new Error(`packages of ${name} are taken from a folder: --packages ${name}=DIR`);
  }
  return files;
}

async function ofDebian(
  of: KnownSystem,
  suite: string,
  architectures: readonly Architecture[],
  runtime: Runtime,
  report: Report,
): Promise<Files> {
  const base = await baseSystem(suite, report);
  // What is for every architecture comes with each of them, and is needed once.
  const paths = new Map<string, string>();
  for (const architecture of architectures)
    for (const path of await debianPackages(base, report, architecture, neededPackages(of, runtime)))
      paths.set(basename(path), path);
  return [...paths].map(([file, path]) => ({
    name: `deb/${of.name}/${file}`,
    content: { path },
    version: decodeURIComponent(file.split('_')[1] ?? ''),
    origin: `Debian ${suite}`,
    licence: 'NOASSERTION',
  }));
}

/** Packages by what they say of themselves, whatever their files are called: a host asks only for what a name tells. */
async function ofFolder(system: KnownSystem, folder: string, runtime: Runtime, report: Report): Promise<Files> {
  const ending = `.${system.family}`;
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending) && !name.endsWith('.src.rpm')).sort();
  if (names.length === 0) throw new Error(`${folder} has no ${ending} file for ${system.name}`);
  const files: { readonly package: string; readonly file: Files[number] }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const { name: ofPackage, version, architecture } = await asked[system.family](path);
    const parts =
      system.family === 'deb'
        ? [`${ofPackage}_`, version, `_${architecture}`]
        : [`${ofPackage}-`, version, `.${architecture}`];
    // Neither an epoch's colon nor a caret is allowed in the name of a bundle's part.
    const called =
      parts
        .map((part) => encodeURIComponent(part))
        .join('')
        .replaceAll('%2B', '+') + ending;
    files.push({
      package: ofPackage,
      file: {
        name: `${system.family}/${system.name}/${called}`,
        content: { path },
        version,
        origin: name,
        licence: 'NOASSERTION',
      },
    });
  }
  const lacking = neededPackages(system, runtime).filter((name) => !files.some((one) => one.package === name));
  if (lacking.length > 0)
    report({
      what: `${folder} lacks packages that a bare ${system.name} needs: ${lacking.join(', ')}`,
      state: 'warning',
    });
  return files.map(({ file }) => file);
}

interface Named {
  readonly name: string;
  /** With its epoch before a colon, where it has one. */
  readonly version: string;
  readonly architecture: string;
}

/** What a package says of itself, by the programs of its own family, which run on any Linux. */
const asked: Readonly<Record<KnownSystem['family'], (path: string) => Promise<Named>>> = {
  deb: async (path) =>
    named(await run('dpkg-deb', ['--show', '--showformat', '${Package}\n${Version}\n${Architecture}', path])),
  rpm: async (path) => {
    const format = '%{NAME}\n%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n%{ARCH}';
    const { version, ...rest } = named(await run('rpm', ['-qp', '--nosignature', '--qf', format, path]));
    return { ...rest, version: version.replace(/^0:/, '') };
  },
};

function named(said: string): Named {
  const [name = '', version = '', architecture = ''] = said.split('\n');
  return { name, version, architecture };
}
