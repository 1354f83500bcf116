import { withProvedAuthorities } from './authority-files.js';
import { withReadableFiles } from './named-files.js';
import { withPinnedSource } from './pinned-source.js';
import { readSpec, type ReadSpec } from './read.js';

/**
 * A spec whose files are there and whose source is pinned, as far as this machine can see. Where it would have to be
 * resolved by downloading, `resolve: false` leaves it as it is. Throws SpecProblems.
 */
export const provedSpec = async (file: string, options: { readonly resolve?: boolean } = {}): Promise<ReadSpec> =>
  withPinnedSource(await withProvedAuthorities(await withReadableFiles(await readSpec(file))), options);
