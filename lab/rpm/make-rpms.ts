import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/engine/run-program.js';
import type { RpmVersion } from './names.js';

/** What an rpm is made of. */
export interface RpmSource extends RpmVersion {
  readonly name: string;
  readonly architecture: 'x86_64' | 'noarch';
  readonly summary: string;
  /** A root with nothing but the package's files; without it the package has none. */
  readonly root?: string;
  /** Paths in it: whole, beginning with a slash. Settings stay when a newer package comes. */
  readonly files?: readonly string[];
  readonly settings?: readonly string[];
  /** Of a package without files, beside its own name. */
  readonly provides?: readonly string[];
  readonly requires?: readonly string[];
  /** Shell that runs before its files come, and after. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * Makes packages by rpmbuild itself, all at once, and leaves them flat in the folder. What programs and libraries of a package
 * need of others, and have for them, rpmbuild's own generators find in the files, as they do on Rocky.
 */
export async function makeRpms(sources: readonly RpmSource[], folder: string): Promise<void> {
  const work = `${folder}.work`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const specs = await Promise.all(
    sources.map(async (source) => {
      const spec = join(work, `${source.name}.spec`);
      await writeFile(spec, specOf(source));
      return spec;
    }),
  );
  const defined = {
    _topdir: work,
    _rpmdir: folder,
    _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
    // As they are: not stripped, compiled or compressed again.
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    _build_id_links: 'none',
    _binary_payload: 'w1.gzdio',
  };
  const settings = Object.entries(defined).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  await run('rpmbuild', ['-bb', '--quiet', '--target', 'x86_64-linux', ...settings, ...specs]);
  await rm(work, { recursive: true });
}

function specOf(source: RpmSource): string {
  const { name, epoch, version, release, architecture, summary, root, files = [], settings = [] } = source;
  const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;
  const script = (section: string, text: string | undefined): string[] => (text ? [`%${section}`, text] : []);
  return [
    `Name: ${name}`,
    ...(epoch === '0' ? [] : [`Epoch: ${epoch}`]),
    `Version: ${version}`,
    `Release: ${release}`,
    `Summary: ${summary.replaceAll('%', '%%')}`,
    'License: as Debian has it',
    ...(architecture === 'noarch' ? ['BuildArch: noarch'] : []),
    ...(root === undefined ? ['AutoReqProv: no'] : []),
    ...(source.provides ?? []).map((one) => `Provides: ${one}`),
    ...(source.requires ?? []).map((one) => `Requires: ${one}`),
    '%description',
    `Debian's package, as an rpm: for kha's lab only.`,
    ...(root === undefined ? [] : ['%install', `cp -a '${root}'/. %{buildroot}/`]),
    ...script('pre', source.before),
    ...script('post', source.after),
    '%files',
    ...files.map((path) => `${settings.includes(path) ? '%config(noreplace) ' : ''}${quoted(path)}`),
    '',
  ].join('\n');
}
