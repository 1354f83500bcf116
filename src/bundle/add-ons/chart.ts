import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChartAddOn } from '../../cluster/add-ons.js';
import { isAddress } from '../../cluster/chart-address.js';
import { cacheFolder } from '../../engine/folders.js';
import type { Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { Downloads } from '../downloads.js';
import { Https, type Reach } from '../../engine/https.js';
import { pullLayer } from '../pull.js';
import { ChartRefused, manifestOf } from './documents.js';
import { findHelm } from './helm.js';

/** As large as Kubernetes would let Helm keep a release of it, many times over. */
const most = 16 * 1024 * 1024;

export interface RenderOptions {
  readonly report: Report;
  readonly reach?: Reach;
  /** Nothing is downloaded, Helm neither. */
  readonly offline?: boolean;
}

/**
 * The manifest that a chart renders to by Helm’s own engine (`helm template`), for this version of Kubernetes; the same chart
 * and values give the same bytes, with the same Helm. `version` of Helm beside it. Throws ChartRefused, in the chart’s own
 * words where it fails, and DownloadFailed.
 */
export async function renderChart(
  add: ChartAddOn,
  kubernetesVersion: string,
  { report, reach = {}, offline = false }: RenderOptions,
): Promise<{ readonly manifest: string; readonly helm: string }> {
  const chart = await chartFile(add, reach);
  const helm = await findHelm(report, { reach, offline });
  const render = (): Promise<string> => template(helm.path, chart, add, kubernetesVersion);
  const printed = await render();
  if ((await render()) !== printed)
    throw new ChartRefused(
      `${add.name}: the chart renders to something else each time, as with random passwords or certificates of its own; give what differs by values`,
    );
  try {
    return { manifest: manifestOf(printed, add.namespace ?? 'default'), helm: helm.version };
  } catch (error) {
    throw error instanceof ChartRefused ? new ChartRefused(`${add.name}: ${error.message}`) : error;
  }
}

/** The archive, in a chart’s artifact (helm.sh, Use OCI-based registries). */
export const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** Its digest is what counts: a tag may name another chart by now. */
export const artifactOf = (address: string, digest = ''): string =>
  `${address.replace(/^oci:\/\//, '').replace(/:[^:/]*$/, '')}@${digest}`;

/** Where the chart lies on this machine: a folder or an archive, or the archive that an address gives. */
async function chartFile({ name, chart, digest }: ChartAddOn, reach: Reach): Promise<string> {
  if (!isAddress(chart)) {
    const there = await stat(chart).catch((error: Error) => {
      throw new ChartRefused(`${name}: the chart cannot be read: ${error.message}`);
    });
    // Helm would take a name that is no path for one of its repositories.
    if (!there.isDirectory() && !there.isFile())
      throw new ChartRefused(`${name}: ${chart} is neither folder nor archive`);
    return chart;
  }
  using https = new Https(reach);
  const downloads = new Downloads(https, cacheFolder('downloads'));
  if (!chart.startsWith('oci://')) return downloads.file({ name, url: chart, digest, most });
  return pullLayer(downloads, artifactOf(chart, digest), { mediaType: chartLayer, most });
}

async function template(
  helm: string,
  chart: string,
  { name, values, namespace = 'default' }: ChartAddOn,
  kubernetesVersion: string,
): Promise<string> {
  // None of a person’s own settings, repositories and plugins of Helm, which would make other bytes.
  const home = await mkdtemp(join(tmpdir(), 'kha-helm-'));
  const folders = ['CACHE_HOME', 'CONFIG_HOME', 'DATA_HOME', 'PLUGINS'].map(
    (one) => [`HELM_${one}`, join(home, one)] as const,
  );
  try {
    return await run(
      helm,
      [
        'template',
        name,
        chart,
        ...['--namespace', namespace, '--kube-version', kubernetesVersion, '--include-crds'],
        ...(values === undefined ? [] : ['--values', values]),
      ],
      { env: { ...Object.fromEntries<string>(folders), HELM_DEBUG: 'false', KUBECONFIG: '/dev/null' } },
    );
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new ChartRefused(`${name}: ${words.replace(/^.* ended with exit code \d+: (Error: )?/s, '')}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
