import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';

/** What a minimal Debian has, and tcpdump, with which preflight listens for other VRRP routers. */
export const bareSystemPackages: readonly string[] = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'iproute2',
  'kmod',
  'procps',
  'ca-certificates',
  'openssl',
  'curl',
  'sudo',
  'iputils-ping',
  'tcpdump',
];

const digestOf = (suite: string, further: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([suite, [...bareSystemPackages, ...further]]))
    .digest('hex')
    .slice(0, 12);

/**
 * Root file system of a bare host, made once: what a bundle brings is what it lacks; `further` packages are there too.
 * Nobody may write into it.
 */
export async function baseSystem(suite: string, report: Report, further: readonly string[] = []): Promise<string> {
  const target = cacheFolder('base', digestOf(suite, further));
  if (existsSync(target)) return target;
  await reported(report, `Making a bare system (Debian ${suite})`, async () => {
    const making = `${target}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(cacheFolder('base'), { recursive: true });
    await run('mmdebstrap', [
      '-q',
      '--variant=minbase',
      `--include=${[...bareSystemPackages, ...further].join(',')}`,
      suite,
      making,
    ]);
    await rename(making, target);
  });
  return target;
}
