import { containerHosts } from '../../cluster/roles.js';
import { cgroupVersion, limits } from '../../facts/kernel.js';
import type { CheckContext, Step } from '../step.js';
import { writeFiles, type FollowingFile } from '../wanted-file.js';
import { enabled, missingService } from '../wanted-service.js';
import { containerdConfig, containerdUnit, proxyFiles } from './containerd-files.js';
import { registryFiles } from './registry-files.js';

export const configureContainerd: Step = {
  name: 'configureContainerd',
  does: 'Configure containerd with the private registry and pause image, and run it',
  on: containerHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['packages'],
  gives: 'container runtime',
  check: async (context) => missingService(context.host, 'containerd.service', await files(context)),
  async apply(context) {
    await writeFiles(context.host, await files(context));
    await context.host.run(`${enabled('containerd.service')} && systemctl restart containerd.service`);
  },
};

async function files({ cluster, host, secret }: CheckContext): Promise<FollowingFile[]> {
  const [registry, proxies] = await Promise.all([registryFiles(cluster, secret), proxyFiles(cluster, secret)]);
  const content = Promise.all([host.read(cgroupVersion), host.read(limits)]).then(([version, found]) =>
    // On the unified hierarchy systemd owns the groups; on version 1 the seed's cgroupfs driver is the one that works everywhere.
    containerdConfig(cluster, version === 2, found),
  );
  return [{ path: '/etc/containerd/config.toml', content }, containerdUnit, ...proxies, ...registry];
}
