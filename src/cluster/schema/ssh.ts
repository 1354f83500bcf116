import { z } from 'zod';
import { path, port, secret } from './names.js';

const login = {
  user: z
    .string()
    .max(256)
    .regex(/^[a-z_][a-z0-9_.-]*$/i)
    .describe('Login name'),
  port: port,
  key: path.describe('Private key file'),
  passphrase: secret.describe('Passphrase of an encrypted key'),
  agent: z.boolean().describe('Use the SSH agent at SSH_AUTH_SOCK'),
  knownHosts: path.describe('known_hosts file that host keys are checked against'),
};
const jump = z
  .strictObject({ address: z.string().min(1), ...login })
  .partial()
  .required({ address: true });
const sshFields = z.strictObject({
  ...login,
  jump: z
    .union([jump, z.array(jump).min(1)])
    .describe('Bastion to go through, or several in their order; what one leaves out is as for the hosts'),
  sudoPassword: secret.describe('Password for sudo, where sudo asks for one'),
});
/** What a host may say of its own: no defaults here, or they would hide those of the cluster. */
export const hostSsh = sshFields.partial().extend({
  address: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'a name or an address')
    .describe('Where kha logs in, where that is not the node’s own address (NAT, floating IPs)')
    .optional(),
});
export const ssh = sshFields.partial().extend({
  user: login.user.default('root'),
  port: port.default(22),
  agent: login.agent.default(false),
  knownHosts: login.knownHosts.default('~/.ssh/known_hosts'),
});
