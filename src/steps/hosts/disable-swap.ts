import { containerHosts } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { swaps, swapUnits } from '../../facts/swap.js';
import { sh } from '../../facts/sh.js';
import { toleratesSwap } from '../../cluster/node-settings.js';
import type { Step } from '../step.js';

const table = '/etc/fstab';
const swapEntry = /^[^#\n]\S*\s+\S+\s+swap\s.*$/gm;

export const disableSwap: Step = {
  name: 'disableSwap',
  does: 'Switch swap off, now and after a restart',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ cluster, host }) {
    if (toleratesSwap(cluster, host.machine)) return [];
    const [on, units, fstab] = await Promise.all([host.read(swaps), host.read(swapUnits), host.read(file(table))]);
    const missing = on.map((device) => `swap is on (${device})`);
    for (const by of [...(fstab?.content.match(swapEntry) ? [table] : []), ...units])
      missing.push(`${by} switches swap on at the next start`);
    return missing;
  },
  async apply({ host }) {
    await host.run('swapoff -a');
    const fstab = await host.read(file(table));
    if (fstab?.content.match(swapEntry)) {
      await host.write(table, fstab.content.replace(swapEntry, '# $& # kha: kubelet wants no swap'), {
        mode: `0${fstab.mode}`,
      });
      // Units that systemd made of the table go with its entries.
      await host.run('systemctl daemon-reload');
    }
    for (const unit of await host.read(swapUnits))
      // Others are made at each start (zram-generator, a partition of that type): a mask alone keeps them away.
      await host.run(
        unit.endsWith('.swap') ? sh`systemctl mask -q --now ${unit}` : sh`systemctl disable -q --now ${unit}`,
      );
  },
};
