import { file } from '../facts/files.js';
import type { Asked, Host } from './host.js';

/** A file as it should lie on a host. */
export interface WantedFile {
  readonly path: string;
  readonly content: string;
  /** Octal permissions; 644 unless told. */
  readonly mode?: string;
  readonly secret?: boolean;
}

/** The same of which the place is known before the content, as that follows from what the host answers. */
export interface FollowingFile extends Omit<WantedFile, 'content'> {
  readonly content: string | Promise<string>;
}

/** Which of the files are absent, other than wanted, or with other permissions; in words. */
export async function missingFiles(host: Asked, wanted: readonly FollowingFile[]): Promise<string[]> {
  const [found, contents] = await Promise.all([
    Promise.all(wanted.map(({ path, secret = false }) => host.read(file(path, { secret })))),
    contentsOf(wanted),
  ]);
  return wanted.flatMap(({ path, mode = '644' }, index) => {
    const there = found[index];
    if (!there) return [`${path} is not there`];
    if (there.content !== contents[index]) return [`${path} differs`];
    return there.mode === mode ? [] : [`${path} has mode ${there.mode}, not ${mode}`];
  });
}

export async function writeFiles(host: Host, wanted: readonly FollowingFile[]): Promise<void> {
  const contents = await contentsOf(wanted);
  for (const [index, { path, mode = '644', secret = false }] of wanted.entries())
    await host.write(path, contents[index]!, { mode: `0${mode}`, secret });
}

const contentsOf = (wanted: readonly FollowingFile[]): Promise<string[]> =>
  Promise.all(wanted.map(async ({ content }) => content));
