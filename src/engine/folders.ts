import { homedir } from 'node:os';
import { join } from 'node:path';

/** What can be made again: bundles, toolchains, root file systems (XDG base directories). */
export const cacheFolder = (...parts: readonly string[]): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kha', ...parts);

/** What must last: the engine's database, what labs are and what their hosts' disks hold. */
export const stateFolder = (...parts: readonly string[]): string =>
  join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'kha', ...parts);
