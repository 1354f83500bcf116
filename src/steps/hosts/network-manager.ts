import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import type { Asked, Host } from '../host.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

/** Where Debian and Red Hat have it. */
const program = '/usr/sbin/NetworkManager';

/** It would take routes and addresses away from Calico’s interfaces (docs.tigera.io, troubleshooting, NetworkManager). */
const settings: WantedFile = {
  path: '/etc/NetworkManager/conf.d/calico.conf',
  content: `[keyfile]
unmanaged-devices=interface-name:cali*;interface-name:tunl*;interface-name:vxlan.calico;interface-name:vxlan-v6.calico;interface-name:wireguard.cali;interface-name:wg-v6.cali
`,
};

/** Whether NetworkManager, where the host has it, was not told yet to leave Calico’s interfaces alone; in words. */
export async function managesCalicoInterfaces(host: Asked): Promise<string[]> {
  const there = await host.read(existing([program]));
  return there.length === 0 ? [] : missingFiles(host, [settings]);
}

/** The file comes into place and is read again in one command: in place, it would count as read. */
export async function leaveCalicoInterfaces(host: Host): Promise<void> {
  if ((await managesCalicoInterfaces(host)).length === 0) return;
  const beside = `${settings.path}.kha`;
  await writeFiles(host, [{ ...settings, path: beside }]);
  await host.run(sh`mv -fT ${beside} ${settings.path} && systemctl try-reload-or-restart NetworkManager`);
}
