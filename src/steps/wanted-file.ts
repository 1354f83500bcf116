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

/** Which of the files are absent, other than wanted, or with other permissions; in words. */
export async function missingFiles(host: Asked, wanted: readonly WantedFile[]): Promise<string[]> {
  const found = await Promise.all(wanted.map(({ path, secret = false }) => host.read(file(path, { secret }))));
  return wanted.flatMap(({ path, content, mode = '644' }, index) => {
    const there = found[index];
    if (!there) return [`${path} is not there`];
    if (there.content !== content) return [`${path} differs`];
    return there.mode === mode ? [] : [`${path} has mode ${there.mode}, not ${mode}`];
  });
}

export async function writeFiles(host: Host, wanted: readonly WantedFile[]): Promise<void> {
  for (const { path, content, mode = '644', secret = false } of wanted)
    await host.write(path, content, { mode: `0${mode}`, secret });
}
