import { vipCarriers } from '../../cluster/roles.js';
import { primaryFamily } from '../../cluster/families.js';
import { addresses } from '../../facts/network.js';
import type { CheckContext, Step } from '../step.js';
import { writeFiles, type WantedFile } from '../wanted-file.js';
import { enabled, missingService } from '../wanted-service.js';
import { vrrpPassword } from './create-vrrp-password.js';
import { deviceOf, nodeDeviceOf } from './device.js';
import { healthScripts, keepalived } from './keepalived-files.js';

export const configureKeepalived: Step = {
  name: 'configureKeepalived',
  does: 'Carry the virtual address with keepalived, nearest to a healthy API server',
  on: vipCarriers,
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  async check(context) {
    const wanted = await files(context);
    return wanted ? missingService(context.host, 'keepalived.service', wanted) : ['the VRRP password is not made yet'];
  },
  async apply(context) {
    const wanted = await files(context);
    if (!wanted) throw new Error('the VRRP password is not there although the step before made it');
    const [configuration, ...scripts] = wanted as [WantedFile, ...WantedFile[]];
    const { path } = configuration;
    await writeFiles(context.host, [...scripts, { ...configuration, path: `${path}.new` }]);
    // What keepalived itself refuses never replaces what runs, and a reload leaves the virtual address where it is.
    await context.host.run(
      `keepalived -t -f ${path}.new && mv -f ${path}.new ${path} && ${enabled('keepalived.service')} && systemctl reload-or-restart keepalived.service`,
    );
  },
};

/** The configuration first, then its scripts; undefined while there is no password. */
async function files({ cluster, host }: CheckContext): Promise<WantedFile[] | undefined> {
  const family = primaryFamily(cluster);
  const [password, found] = await Promise.all([
    family === 4 ? vrrpPassword(host) : undefined,
    host.read(addresses(family)),
  ]);
  if (family === 4 && password === undefined) return undefined;
  const devices = { node: nodeDeviceOf(host.machine, found), vip: deviceOf(cluster, host.machine, found) };
  return [keepalived(cluster, host.machine, devices, password), ...healthScripts(cluster, host.machine)];
}
