import { runInNewContext } from 'node:vm';
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Folder } from '../samples.js';
import {
  dashboardManifest,
  indexPage,
  plainText,
  seedAddOns,
  templateCache,
} from '../../../src/bundle/build/seed-dashboard.js';

describe('plainText', () => {
  it('leaves of a message what a browser shows, with and without a word to translators', () => {
    expect(plainText('<b>[[Sign\nin|Button of\nthe login page]]</b> [[Skip]]')).toBe('<b>Sign\nin</b> Skip');
  });

  it('leaves what is bound to data, and takes comments', () => {
    expect(plainText('<!--\nLicence\n-->\n<i>{{$ctrl.name}} [[of {{::n}} pods|How many]]</i>\n')).toBe(
      '<i>{{$ctrl.name}} of {{::n}} pods</i>',
    );
  });
});

it('has templates where the application looks first, whatever characters they are of', () => {
  const put: Record<string, string> = {};
  const run = ([, fill]: [string, (cache: object) => void]): void =>
    fill({ put: (name: string, text: string) => (put[name] = text) });
  const text = `<p title="it's">\\d [[Nodes|title]]\u2028</p>`;
  runInNewContext(templateCache(new Map([['node/list.html', text]])), { angular: { module: () => ({ run }) } });
  expect(put).toEqual({ 'node/list.html': `<p title="it's">\\d Nodes\u2028</p>` });
});

describe('indexPage', () => {
  const part = (kind: string, name: string): string =>
    `<!-- build:${kind} static/${name} -->\n<!-- bower:x -->\n<!-- endbower -->\n<!-- endbuild -->\n`;
  const page = `<!--\nLicence\n-->\n\n<!doctype html>\n${part('css', 'vendor.css')}${part('css', 'app.css')}${part('js', 'vendor.js')}<script src="api/appConfig.json"></script>\n${part('js', 'app.js')}`;

  it('names the parts in their order', () => {
    expect(indexPage(page)).toBe(
      '<!doctype html>\n<link rel="stylesheet" href="static/vendor.css">\n<link rel="stylesheet" href="static/app.css">\n<script src="static/vendor.js"></script>\n<script src="api/appConfig.json"></script>\n<script src="static/app.js"></script>\n',
    );
  });

  it('refuses a page of other parts', () => {
    expect(() => indexPage(page.replace('static/app.js', 'static/main.js'))).toThrow('other parts');
  });
});

describe('dashboardManifest', () => {
  const manifest = 'src/deploy/recommended/kubernetes-dashboard.yaml';
  const sources = (folder: Folder, image: string): string => {
    mkdirSync(folder.at('src/deploy/recommended'), { recursive: true });
    folder.file(manifest, `      - name: kubernetes-dashboard\n        image: ${image}\n        ports:\n`);
    return folder.path;
  };

  it('is the project’s own, whose image the bundle has under the seed’s name', async () => {
    using folder = new Folder();
    const [[image, own] = ['', '']] = Object.entries(seedAddOns.dashboard);
    const file = await dashboardManifest(sources(folder, image));
    expect(file).toMatchObject({ name: 'manifests/dashboard.yaml', content: { path: folder.at(manifest) } });
    expect(own).toBe('kubernetes-dashboard-amd64:v1.8.3');
  });

  it('is refused where it names an image that no host would be given', async () => {
    using folder = new Folder();
    await expect(dashboardManifest(sources(folder, 'k8s.gcr.io/other:v1'))).rejects.toThrow('another image');
  });
});
