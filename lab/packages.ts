import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { reported, type Report } from '../src/engine/report.js';
import { run } from '../src/engine/run-program.js';

/** The lab cannot run here, said in one sentence. */
export class LabUnavailable extends Error {}

/** Programs that the lab uses, by the Debian package that has them. */
const programs: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  openssl: 'openssl',
  mmdebstrap: 'mmdebstrap',
  'docker-registry': 'docker-registry',
  'systemd-nspawn': 'systemd-container',
  chroot: 'coreutils',
  tar: 'tar',
};
/** What a kernel is built with besides. */
export const kernelPrograms: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  make: 'make',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  xz: 'xz-utils',
  'mkfs.ext4': 'e2fsprogs',
};
/** What a kubelet of Kubernetes 1.9 is linked with besides: of the C library's headers the package with a program beside them. */
export const seedPrograms: Readonly<Record<string, string>> = { gcc: 'gcc', gencat: 'libc6-dev' };
const plugins = '/usr/lib/cni/host-local';

export function assertLabCanRun(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return;
  throw new LabUnavailable(
    'the lab needs root on Linux (Debian 12) for its network namespaces and systemd-nspawn hosts; to use hosts of your own: kha init cluster.yaml, then kha install cluster.yaml',
  );
}

/** Installs what is missing on this machine; `further` programs too, by the package that has them. */
export async function installPackages(report: Report, further: Readonly<Record<string, string>> = {}): Promise<void> {
  assertLabCanRun();
  const missing = Object.entries({ ...programs, ...further })
    .filter(([program]) => !onPath(program))
    .map(([, name]) => name);
  if (!existsSync(plugins)) missing.push('containernetworking-plugins');
  const names = [...new Set(missing)];
  if (!onPath('go'))
    throw new LabUnavailable('the lab builds Kubernetes from its Go modules and needs Go 1.21 or later on the PATH');
  if (names.length === 0) return;
  await reported(report, `Installing Debian packages: ${names.join(', ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  });
}

const onPath = (program: string): boolean =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some(
    (folder) => folder !== '' && existsSync(join(folder, program)),
  );
