import type { MadeManifest } from '../../cluster/add-ons.js';
import { renderChart, type RenderOptions } from './chart.js';
import { fetchedManifest } from './fetched.js';

/** What is fetched by its URL, or rendered out of a chart. Throws DownloadFailed and ChartRefused. */
export const madeManifest = async (
  wanted: MadeManifest,
  kubernetesVersion: string,
  options: RenderOptions,
): Promise<string> =>
  'chart' in wanted
    ? (await renderChart(wanted, kubernetesVersion, options)).manifest
    : fetchedManifest(wanted, options.reach);
