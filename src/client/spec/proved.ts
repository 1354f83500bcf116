import { withProvedAuthorities } from './authority-files.js';
import { withProvedBundle } from './bundle-file.js';
import { withReadableFiles } from './named-files.js';
import { readSpec, type ReadSpec } from './read.js';

/** A spec whose files are there and whose bundle is what it should be, as far as this machine can see. Throws SpecProblems. */
export const provedSpec = async (file: string): Promise<ReadSpec> =>
  withProvedBundle(await withProvedAuthorities(await withReadableFiles(await readSpec(file))));
