import { containerHosts } from '../../cluster/roles.js';
import { absentModules, modulesFor } from '../../facts/kernel.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

const filesFor = (modules: readonly string[]): WantedFile[] => [
  { path: '/etc/modules-load.d/kubernetes.conf', content: `${modules.join('\n')}\n` },
];

export const loadKernelModules: Step = {
  name: 'loadKernelModules',
  does: 'Load the kernel modules that containers and pod networks need, now and after a restart',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ cluster, host }) {
    const modules = modulesFor(cluster);
    const [missing, absent] = await Promise.all([
      missingFiles(host, filesFor(modules)),
      host.read(absentModules(modules)),
    ]);
    return [...missing, ...absent.map((module) => `module ${module} is not loaded`)];
  },
  async apply({ cluster, host }) {
    const modules = modulesFor(cluster);
    await writeFiles(host, filesFor(modules));
    const absent = await host.read(absentModules(modules));
    if (absent.length > 0) await host.run(sh`modprobe -a ${absent}`);
  },
};
