import { withProvedAuthorities } from './authority-files.js';
import { withMadeAddOns } from './made-add-ons.js';
import { withReadableFiles } from './named-files.js';
import { withPinnedSource } from './pinned-source.js';
import { readSpec, type ReadSpec } from './read.js';

/**
 * A spec whose files are there, whose add-ons can be had and whose source is pinned, as far as this machine can see. What
 * would have to be downloaded, `resolve: false` leaves as it is. Throws SpecProblems.
 */
export async function provedSpec(file: string, options: { readonly resolve?: boolean } = {}): Promise<ReadSpec> {
  const read = await withProvedAuthorities(await withReadableFiles(await readSpec(file)));
  return withPinnedSource(await withMadeAddOns(read, options), options);
}
