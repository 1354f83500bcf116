import { z } from 'zod';
import { usualDataDir, usualRoot } from '../usual-folders.js';

const folder = z
  .string()
  .regex(
    /^(?!\/(etc|usr|proc|sys|dev|run|tmp|boot|bin|sbin|lib)(\/|$))(\/(?!\.{1,2}(\/|$))[\w.@-]+)+$/,
    'an absolute path of letters, digits, hyphens, dots and underscores, and none of the system’s own',
  );

/** etcd's own settings; what its members are told when they start. */
export const etcd = z.strictObject({
  dataDir: folder.describe('Where the members’ data lie, on a disk of its own at best').default(usualDataDir),
  quotaBackendBytes: z
    .int()
    .min(256 * 2 ** 20)
    .max(16 * 2 ** 30)
    .describe(
      'Size in bytes at which a member takes no more data: 8 GiB is what etcd advises as the most; 2 GiB if left out',
    )
    .optional(),
  tls: z
    .boolean()
    .describe('Whether members and clients prove themselves by certificates; true unless the profile has it otherwise')
    .optional(),
});

export const containerd = z.strictObject({
  root: folder.describe('Where images and containers lie').default(usualRoot),
});
