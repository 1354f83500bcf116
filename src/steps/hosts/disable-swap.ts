import { containerHosts } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import { swaps } from '../../facts/kernel.js';
import type { Step } from '../step.js';

const table = '/etc/fstab';
const swapEntry = /^[^#\n]\S*\s+\S+\s+swap\s.*$/gm;

export const disableSwap: Step = {
  name: 'disableSwap',
  does: 'Switch swap off, now and after a restart',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ host }) {
    const [on, fstab] = await Promise.all([host.read(swaps), host.read(file(table))]);
    const missing = on.map((device) => `swap is on (${device})`);
    if (fstab?.content.match(swapEntry)) missing.push(`${table} switches swap on at the next start`);
    return missing;
  },
  async apply({ host }) {
    await host.run('swapoff -a');
    const fstab = await host.read(file(table));
    if (fstab?.content.match(swapEntry))
      await host.write(table, fstab.content.replace(swapEntry, '# $& # kha: kubelet wants no swap'), {
        mode: `0${fstab.mode}`,
      });
  },
};
