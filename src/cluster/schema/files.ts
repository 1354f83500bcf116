import { z } from 'zod';

/** Something on Linux that a user or group may be called (useradd(8)). */
const account = '[a-z_][a-z0-9_-]{0,31}';

/** Files that are laid on hosts before kubeadm runs. What may be secret is named, and read where the worker runs. */
export const files = z.array(
  z
    .strictObject({
      path: z
        .string()
        .max(255)
        .regex(/^(\/(?!\.{1,2}(\/|$))[^/\0\n]+)+$/, 'an absolute path, without . or .. in it')
        .describe('Where it lies on the host'),
      from: z.string().min(1).describe('A file where the worker runs; its content enters no history').optional(),
      content: z.string().describe('The content itself; it stands in the run’s history').optional(),
      mode: z
        .string()
        .regex(/^0?[0-7]{3}$/, 'octal permissions in quotes, such as "0600"')
        .default('0600'),
      owner: z
        .string()
        .regex(new RegExp(`^${account}(:${account})?$`), 'USER or USER:GROUP')
        .default('root:root'),
      on: z.enum(['control-planes', 'nodes']).describe('Which hosts get it').default('control-planes'),
    })
    .superRefine(({ from, content }, context) => {
      if ((from === undefined) === (content === undefined))
        context.addIssue({ code: 'custom', path: [], message: 'either from or content, and not both' });
    }),
);
