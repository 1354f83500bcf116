import { vipCarriers } from '../../cluster/roles.js';
import { primaryFamily } from '../../cluster/families.js';
import { addresses } from '../../facts/network.js';
import type { CheckContext, Step } from '../step.js';
import { writeFiles, type WantedFile } from '../wanted-file.js';
import { enabled, missingService } from '../wanted-service.js';
import { vrrpPassword } from './create-vrrp-password.js';
import { deviceOf, nodeDeviceOf } from './device.js';
import { configurationFile, healthScripts, keepalived } from './keepalived-files.js';

export const configureKeepalived: Step = {
  name: 'configureKeepalived',
  does: 'Carry the virtual address with keepalived, nearest to a healthy API server',
  on: vipCarriers,
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  async check(context) {
    const { cluster, host } = context;
    const configuration = configurationOf(context);
    const content = configuration.then((found) => found?.content ?? '');
    const wanted = [{ ...configurationFile, content }, ...healthScripts(cluster, host.machine)];
    const [known, missing] = await Promise.all([configuration, missingService(host, 'keepalived.service', wanted)]);
    return known ? missing : ['the VRRP password is not made yet'];
  },
  async apply(context) {
    const { cluster, host } = context;
    const configuration = await configurationOf(context);
    if (!configuration) throw new Error('the VRRP password is not there although the step before made it');
    const { path } = configuration;
    await writeFiles(host, [...healthScripts(cluster, host.machine), { ...configuration, path: `${path}.new` }]);
    // What keepalived itself refuses never replaces what runs, and a reload leaves the virtual address where it is.
    await host.run(
      `keepalived -t -f ${path}.new && mv -f ${path}.new ${path} && ${enabled('keepalived.service')} && systemctl reload-or-restart keepalived.service`,
    );
  },
};

/** Undefined while there is no password. */
async function configurationOf({ cluster, host }: CheckContext): Promise<WantedFile | undefined> {
  const family = primaryFamily(cluster);
  const [password, found] = await Promise.all([
    family === 4 ? vrrpPassword(host) : undefined,
    host.read(addresses(family)),
  ]);
  if (family === 4 && password === undefined) return undefined;
  const devices = { node: nodeDeviceOf(host.machine, found), vip: deviceOf(cluster, host.machine, found) };
  return keepalived(cluster, host.machine, devices, password);
}
