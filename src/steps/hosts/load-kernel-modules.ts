import { containerHosts } from '../../cluster/roles.js';
import { absentModules, neededModules } from '../../facts/kernel.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles } from '../wanted-file.js';

const files = [{ path: '/etc/modules-load.d/kubernetes.conf', content: `${neededModules.join('\n')}\n` }];

export const loadKernelModules: Step = {
  name: 'loadKernelModules',
  does: 'Load the kernel modules that containers and pod networks need, now and after a restart',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ host }) {
    const [missing, absent] = await Promise.all([missingFiles(host, files), host.read(absentModules(neededModules))]);
    return [...missing, ...absent.map((module) => `module ${module} is not loaded`)];
  },
  async apply({ host }) {
    await writeFiles(host, files);
    const absent = await host.read(absentModules(neededModules));
    if (absent.length > 0) await host.run(sh`modprobe -a ${absent}`);
  },
};
