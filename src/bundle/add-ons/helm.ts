import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import type { Report } from '../../engine/report.js';
import { holds, run } from '../../engine/run-program.js';
import { buildHelm, builtHelm } from '../build/build-modules.js';
import { helmVersion } from '../build/modules.js';
import { publishedSum } from '../build/official/downloads.js';
import { Downloads } from '../downloads.js';
import { DownloadFailed, Https, type Reach } from '../../engine/https.js';
import { HelmAbsent } from './helm-absent.js';

/** Helm as a program of this machine. */
export interface Helm {
  readonly path: string;
  /** `v4.3.1`. */
  readonly version: string;
}

/**
 * The Helm in PATH, which is the site’s own; else the one that this kha knows: from its cache, from get.helm.sh with the
 * SHA-256 that is published there, or built from its Go module; the latter two not `offline`. Throws HelmAbsent with what was
 * tried.
 */
export async function findHelm(
  report: Report,
  { reach = {}, offline = false }: { readonly reach?: Reach; readonly offline?: boolean } = {},
): Promise<Helm> {
  const own = await inPath();
  if (own) return own;
  const path = cacheFolder('bin', `helm-${helmVersion}`, 'helm');
  if (existsSync(path)) return { path, version: helmVersion };
  const before = await builtHelm();
  if (before !== undefined) return { path: before, version: helmVersion };
  if (offline) throw new HelmAbsent('there is no Helm here yet');
  try {
    await fetchHelm(path, { patience: 10_000, ...reach });
    return { path, version: helmVersion };
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    const next = 'put a helm (v3 or v4) into PATH where kha runs, or Go, of which it is built';
    if (!(await holds('go', ['version']))) throw new HelmAbsent(`there is no Helm: ${error.message}; ${next}`);
    report({ what: `No official Helm, so it is built from its Go module: ${error.message}`, state: 'warning' });
    return { path: await buildHelm(report), version: helmVersion };
  }
}

async function inPath(): Promise<Helm | undefined> {
  try {
    const version = (await run('helm', ['version', '--template', '{{.Version}}'])).trim();
    return /^v[34]\./.test(version) ? { path: 'helm', version } : undefined;
  } catch {
    // There is none, or one that does not run: another is taken, and its version told.
    return undefined;
  }
}

async function fetchHelm(path: string, reach: Reach): Promise<void> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://get.helm.sh/helm-${helmVersion}-linux-${arch}.tar.gz`;
  using https = new Https(reach);
  const downloads = new Downloads(https, cacheFolder('downloads'));
  const { text } = await downloads.text({ name: 'helm', url: `${url}.sha256sum` });
  const digest = publishedSum(text, `helm-${helmVersion}-linux-${arch}.tar.gz`);
  if (digest === undefined) throw new DownloadFailed(`helm: ${url}.sha256sum has no SHA-256`);
  const archive = await downloads.file({ name: 'helm', url, digest });
  await mkdir(dirname(dirname(path)), { recursive: true });
  const making = await mkdtemp(`${dirname(path)}.`);
  try {
    await run('tar', ['-xzf', archive, '-C', making, '--no-same-owner', '--strip-components=1', `linux-${arch}/helm`]);
    await mkdir(dirname(path), { recursive: true });
    await rename(join(making, 'helm'), path);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}
