import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../engine/folders.js';
import { reported, type Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import { seedVersions } from '../../cluster/seed-versions.js';
import type { Source } from '../write-archive.js';
import type { Content } from '../write-tar.js';
import { moduleFolder } from './build-modules.js';
import { apache } from './common-files.js';
import { source, type Module } from './modules.js';

/** The nearest to 1.8.3 that is a Go module; both are of 1.9’s time. Its list of dependencies names Kubernetes 1.10’s. */
export const dashboardVersion = 'v1.10.1';
export const dashboard: Module = {
  name: 'seed-dashboard',
  toolchain: 'go1.9.7',
  flags: `-X github.com/kubernetes/dashboard/src/app/backend/client.Version=${dashboardVersion}`,
  commands: ['github.com/kubernetes/dashboard/src/app/backend'],
  gopath: {},
};

const published = `k8s.gcr.io/kubernetes-dashboard-amd64:${dashboardVersion}`;

/** Add-ons of the seed’s bundle with their images: by the names in their manifests, the bundle’s own. */
export const seedAddOns = {
  dashboard: { [published]: `kubernetes-dashboard-amd64:${seedVersions.dashboard}` },
} as const;

export const dashboardSources = (): Promise<string> => moduleFolder(dashboard, 'github.com/kubernetes/dashboard');

/** The dashboard’s own manifest, which comes with its module. */
export async function dashboardManifest(sources: string): Promise<Source['files'][number]> {
  const path = join(sources, 'src/deploy/recommended/kubernetes-dashboard.yaml');
  if (!(await readFile(path, 'utf8')).includes(`image: ${published}\n`))
    throw new Error(`the dashboard’s manifest has another image than ${published}`);
  return {
    name: 'manifests/dashboard.yaml',
    content: { path },
    version: dashboardVersion,
    origin: `github.com/kubernetes/dashboard@${dashboardVersion}`,
    ...apache,
  };
}

/** How the page is made of the libraries of its lock and the module’s sources; count it up when that is another way. */
const recipe = 1;

/** Libraries that the page loads as they are published, in the order of the project’s package.json. */
const scripts: readonly string[] = [
  'angular/angular.js',
  '@uirouter/core/_bundles/ui-router-core.js',
  '@uirouter/angularjs/release/ui-router-angularjs.js',
  ...['animate', 'aria'].map((name) => `angular-${name}/angular-${name}.js`),
  'angular-clipboard/angular-clipboard.js',
  'angular-cookies/angular-cookies.js',
  'angular-file-saver/dist/angular-file-saver.bundle.js',
  ...['material', 'messages', 'resource', 'sanitize'].map((name) => `angular-${name}/angular-${name}.js`),
  ...['ace', 'mode-json', 'mode-yaml'].map((name) => `ace-builds/src-noconflict/${name}.js`),
  'angular-ui-ace/src/ui-ace.js',
  'angular-utils-pagination/dirPagination.js',
  'ansi_up/ansi_up.js',
  'd3/d3.js',
  'hterm/index.js',
  'nvd3/build/nv.d3.js',
  'sockjs-client/dist/sockjs.js',
];

const stylesheets: readonly string[] = [
  'angular-material/angular-material.css',
  'material-design-icons-iconfont/dist/material-design-icons.css',
  'nvd3/build/nv.d3.css',
  'roboto-fontface/css/roboto/roboto-fontface.css',
];

/** What a compiler of 2018 put in place of each message; without translations it is the message itself. */
const messages = `var goog = {
  getMsg: function (text, values) {
    return text.replace(/\\{\\$(\\w+)\\}/g, function (all, name) {
      return values && name in values ? values[name] : all;
    });
  },
};
`;

/** In English, as a browser is shown it: \`[[Text|what translators are told of it]]\`. */
export const plainText = (template: string): string =>
  template
    .replaceAll(/<!--[^]*?-->/g, '')
    .replaceAll(/\[\[([^|]*?)(?:\|[^]*?)?\]\]/g, '$1')
    .trim();

/** Templates where the application looks before it asks the server for them. */
export const templateCache = (templates: ReadonlyMap<string, string>): string =>
  `angular.module('kubernetesDashboard').run(['$templateCache', function (cache) {\n${[...templates]
    .map(([name, text]) => `cache.put(${JSON.stringify(name)}, ${JSON.stringify(plainText(text))});\n`)
    .join('')}}]);\n`;

/** The page with its parts named, where the project’s own build would have put them. */
export function indexPage(template: string): string {
  const linked = template
    .replaceAll(/<!-- build:css (\S+) -->[^]*?<!-- endbuild -->/g, '<link rel="stylesheet" href="$1">')
    .replaceAll(/<!-- build:js (\S+) -->[^]*?<!-- endbuild -->/g, '<script src="$1"></script>');
  if (!['vendor.css', 'app.css', 'vendor.js', 'app.js'].every((part) => linked.includes(`"static/${part}"`)))
    throw new Error('the dashboard’s page has other parts than when this was written');
  return linked.replace(/^<!--[^]*?-->\s*/, '');
}

/**
 * The folder of the page that the dashboard serves, made once of its sources. Its own build takes 2018’s Node, a compiler
 * and downloads beside the registry; the sources are the same, and so are the libraries but for the icons’ package, which
 * has the same font without a hundred megabytes of pictures.
 */
export async function dashboardPage(sources: string, report: Report): Promise<string> {
  const kept = join(source(dashboard.name), 'page');
  const lock = await readFile(join(kept, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).update(`${dashboardVersion} ${recipe}`).digest('hex').slice(0, 12);
  const folder = cacheFolder('bin', `${dashboard.name}-page-${digest}`);
  if (!existsSync(folder))
    await reported(report, 'Making the dashboard’s page', async () => {
      const making = `${folder}.making`;
      await rm(making, { recursive: true, force: true });
      await cp(kept, making, { recursive: true });
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: making });
      await make(join(sources, 'src/app'), making);
      await rename(join(making, 'public'), folder);
      await rm(making, { recursive: true, force: true });
    });
  return folder;
}

async function make(sources: string, making: string): Promise<void> {
  const to = join(making, 'public/static');
  await mkdir(to, { recursive: true });
  const library = (name: string): Promise<string> => readFile(join(making, 'node_modules', name), 'utf8');
  const frontend = join(sources, 'frontend');
  const tool = (name: string, ...args: string[]): Promise<string> =>
    run(join(making, 'node_modules/.bin', name), args, { cwd: making });

  const vendor = await Promise.all(scripts.map(library));
  await writeFile(join(to, 'vendor.js'), [messages, ...vendor].join('\n;\n'));
  await writeFile(join(making, 'vendor.css'), stylesheets.map((name) => `@import "${name}";\n`).join(''));
  const fonts = ['eot', 'woff', 'woff2', 'ttf', 'svg'].map((kind) => `--loader:.${kind}=file`);
  await tool('esbuild', 'vendor.css', '--bundle', '--asset-names=[name]', ...fonts, `--outfile=${to}/vendor.css`);

  // Parts are given what their parameters are called, and a bundler calls them otherwise: what was meant is written out.
  await tool('babel', '--no-babelrc', '--plugins', 'angularjs-annotate', '--out-dir', join(making, 'js'), frontend);
  await tool('esbuild', 'js/index_module.js', '--bundle', '--charset=utf8', `--outfile=${making}/app.js`);
  const templates = new Map<string, string>();
  for (const name of (await readdir(frontend, { recursive: true })).sort())
    if (name.endsWith('.html') && name !== 'index.html')
      templates.set(name, await readFile(join(frontend, name), 'utf8'));
  const app = (await readFile(join(making, 'app.js'), 'utf8'))
    .replaceAll('@@BUILD_DASHBOARD_VERSION', dashboardVersion)
    .replaceAll('@@BUILD_GIT_COMMIT', '')
    .replaceAll('@@BUILD_YEAR', '2018');
  await writeFile(join(to, 'app.js'), app + templateCache(templates));

  await tool('sass', '--no-source-map', '--quiet', '--style=compressed', `${frontend}:${making}/css`);
  const css = (await readdir(join(making, 'css'), { recursive: true })).filter((name) => name.endsWith('.css')).sort();
  const parts = await Promise.all(css.map((name) => readFile(join(making, 'css', name), 'utf8')));
  await writeFile(join(to, 'app.css'), parts.join('\n'));
  await writeFile(join(making, 'public/index.html'), indexPage(await readFile(join(frontend, 'index.html'), 'utf8')));
  await cp(join(sources, 'assets'), join(making, 'public/assets'), { recursive: true });
}

/** Everything of the image but its program: the page, in the one language that it has. */
export async function dashboardFiles(page: string): Promise<Record<string, Content>> {
  const files: Record<string, Content> = { '/locale_conf.json': Buffer.from('{"translations":[]}\n') };
  for (const one of await readdir(page, { recursive: true, withFileTypes: true })) {
    const path = join(one.parentPath, one.name);
    if (one.isFile()) files[`/public/en${path.slice(page.length)}`] = { path };
  }
  return files;
}
