import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A path of the repository, for sources and for compiled benches alike. */
export const inRoot = (...parts: readonly string[]): string =>
  join(dirname(createRequire(import.meta.url).resolve('#package')), ...parts);
