import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../src/bundle/add-ons/chart.js';
import { cacheFolder } from '../../../src/engine/folders.js';
import { helmVersion } from '../../../src/bundle/build/modules.js';
import { Folder } from '../samples.js';

/** Built it takes minutes: where none is there yet, only what comes before Helm is tried. */
const isThere = [
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'helm')),
  cacheFolder('bin', `helm-${helmVersion}`, 'helm'),
].some(existsSync);

function chartIn(folder: Folder, template: string): string {
  mkdirSync(folder.at('web/templates'), { recursive: true });
  for (const [name, content] of Object.entries({
    'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'values.yaml': 'colour: red\n',
    'templates/web.yaml': template,
  }))
    folder.file(`web/${name}`, content);
  return folder.at('web');
}

const template = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  colour: {{ .Values.colour }}
  kubernetes: {{ .Capabilities.KubeVersion.Version }}
`;
const report = (): void => undefined;

it('says that there is no such chart', async () =>
  expect(renderChart({ name: 'web', chart: '/nowhere' }, 'v1.37.2', { report })).rejects.toThrow(
    /^web: the chart cannot be read: ENOENT/,
  ));

describe.runIf(isThere)('a chart', () => {
  it('is rendered with the site’s values, for the cluster’s version, to the same bytes each time', async () => {
    using folder = new Folder();
    const wanted = {
      name: 'site-web',
      chart: chartIn(folder, template),
      values: folder.file('v.yaml', 'colour: blue\n'),
      namespace: 'site',
    };
    const { manifest } = await renderChart(wanted, 'v1.37.2', { report });
    expect(manifest).toBe(
      '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: site\n' +
        '---\n# Source: web/templates/web.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n' +
        '  namespace: site\n  name: site-web\ndata:\n  colour: blue\n  kubernetes: v1.37.2\n',
    );
    expect((await renderChart(wanted, 'v1.37.2', { report })).manifest).toBe(manifest);
  });

  it('that fails is told in its own words', async () => {
    using folder = new Folder();
    const chart = chartIn(folder, '{{ required "a colour of paint is needed" .Values.paint }}\n');
    await expect(renderChart({ name: 'web', chart }, 'v1.37.2', { report })).rejects.toThrow(
      /^web: .*web\/templates\/web\.yaml:1:3.*a colour of paint is needed/s,
    );
  });

  it('that renders to something else each time is refused', async () => {
    using folder = new Folder();
    const chart = chartIn(folder, template.replace('.Values.colour', 'randAlphaNum 12'));
    await expect(renderChart({ name: 'web', chart }, 'v1.37.2', { report })).rejects.toThrow(
      /^web: the chart renders to something else each time/,
    );
  });
});
