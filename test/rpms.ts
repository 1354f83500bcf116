import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Rpm {
  readonly name: string;
  /** `VERSION-RELEASE`. */
  readonly version: string;
  readonly epoch?: number;
  readonly needs?: string;
  /** Of one file; without it the package has none. */
  readonly megabytes?: number;
}

/** Makes packages, without any file unless told, by rpmbuild itself, for every architecture; gives the path of each. */
export function makeRpms(folder: string, rpms: readonly Rpm[]): string[] {
  mkdirSync(folder, { recursive: true });
  const specs = rpms.map(({ name, version, epoch, needs, megabytes }) => {
    const [upstream, release] = version.split('-');
    const spec = join(folder, `${name}-${version}.spec`);
    const head = `Name: ${name}\nVersion: ${upstream}\nRelease: ${release}\nLicense: MIT\nBuildArch: noarch\nSummary: ${name}\n`;
    const more = (epoch === undefined ? '' : `Epoch: ${epoch}\n`) + (needs === undefined ? '' : `Requires: ${needs}\n`);
    const path = `/opt/${name}`;
    const file =
      megabytes === undefined
        ? '%files\n'
        : `%install\nmkdir -p %{buildroot}/opt\nhead -c ${megabytes}M /dev/zero >%{buildroot}${path}\n%files\n${path}\n`;
    writeFileSync(spec, `${head}${more}%description\n${name}\n${file}`);
    return spec;
  });
  execFileSync(
    'rpmbuild',
    ['-bb', '--quiet', '--define', `_topdir ${folder}/build`, '--define', `_rpmdir ${folder}`, ...specs],
    {
      stdio: 'pipe',
    },
  );
  return rpms.map(({ name, version }) => join(folder, 'noarch', `${name}-${version}.noarch.rpm`));
}
