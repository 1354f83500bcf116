import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { indexPage, plainText, templateCache } from '../../../src/bundle/build/seed-dashboard.js';

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
