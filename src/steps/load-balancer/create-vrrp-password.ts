import { loadBalancers } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import type { Asked } from '../host.js';
import type { Step } from '../step.js';

const path = '/var/lib/kha/vrrp-password';

export const createVrrpPassword: Step = {
  name: 'createVrrpPassword',
  does: 'Make the password by which the keepalived hosts know each other',
  on: (cluster) => loadBalancers(cluster).slice(0, 1),
  pace: { atMost: 1 },
  retry: 'edit',
  check: async ({ host }) => ((await vrrpPassword(host)) ? [] : [`${path} is not there`]),
  async apply({ host }) {
    // VRRP carries eight characters of it at most (keepalived.conf(5), auth_pass).
    await host.run(
      `umask 077; mkdir -p /var/lib/kha; tr -dc 'A-Za-z0-9' </dev/urandom | head -c 8 >${path}.new && sync ${path}.new && mv -f ${path}.new ${path}`,
    );
  },
};

/** The password where it was made; undefined before that. */
export async function vrrpPassword(first: Asked): Promise<string | undefined> {
  const found = await first.read(file(path, { secret: true }));
  return found?.content.trim() || undefined;
}
