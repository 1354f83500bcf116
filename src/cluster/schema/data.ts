import { z } from 'zod';
import { usualRoot } from '../containerd-root.js';

/** etcd's own settings; what its members are told when they start. */
export const etcd = z.strictObject({
  quotaBackendBytes: z
    .int()
    .min(256 * 2 ** 20)
    .max(16 * 2 ** 30)
    .describe(
      'Size in bytes at which a member takes no more data: 8 GiB is what etcd advises as the most; 2 GiB if left out',
    )
    .optional(),
});

export const containerd = z.strictObject({
  root: z
    .string()
    .regex(
      /^(?!\/(etc|usr|proc|sys|dev|run|tmp|boot|bin|sbin|lib)(\/|$))(\/(?!\.{1,2}(\/|$))[\w.@-]+)+$/,
      'an absolute path of letters, digits, hyphens, dots and underscores, and none of the system’s own',
    )
    .describe('Where images and containers lie')
    .default(usualRoot),
});
