import { z } from 'zod';
import { digest } from './bundle-description.js';

const part = z.strictObject({
  version: z.string(),
  /** A download’s URL, with a member of its archive after a `#`; or a module and its version. */
  origin: z.string(),
  digest,
  /** Of the archive that it is a member of, where hosts fetch that themselves. */
  archive: digest.optional(),
  /** SPDX expression. */
  licence: z.string(),
});

/** Everything that a bundle was made of, or that hosts fetch from the internet: what a site reviews. */
export const lockSchema = z.strictObject({
  lock: z.literal(1),
  kubernetes: z.string(),
  /** What a bundle was built from, and with what; or `fetchedByHosts`. */
  from: z.string(),
  files: z.record(z.string(), part),
  images: z.record(z.string(), part),
});
export type LockedPart = z.output<typeof part>;
export type Lock = z.output<typeof lockSchema>;

/** The origin of a lock whose parts hosts can fetch as they are: a bundle may hold others under the same names. */
export const fetchedByHosts = 'official downloads, by the hosts themselves';
