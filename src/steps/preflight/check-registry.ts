import type { PreflightName } from '../../cluster/preflight-problems.js';
import { allHosts, containerHosts } from '../../cluster/roles.js';
import { bundle, imageDigests, registryStatus, registryUrl } from '../../facts/registry.js';
import { system } from '../../facts/system.js';
import { registryAccess } from '../registry-access.js';
import { imagesOf } from '../runtime/images.js';
import type { Step } from '../step.js';
import { sift, type Problem } from './problem.js';

export const checkRegistry: Step = {
  name: 'checkRegistry',
  does: 'See that the registry answers and has the bundle and every image with the right digest',
  on: allHosts,
  pace: 'all at once',
  retry: 'inspect',
  async check(context) {
    const { cluster, host, warn } = context;
    const access = await registryAccess(context);
    const { status, reason } = await host.read(registryStatus(cluster, access));
    const refuse = (name: PreflightName, words: string): string[] => sift(cluster, [{ name, words }], warn);
    if (status === 401) return refuse('registry', `${registryUrl(cluster)} refuses the credentials of the spec`);
    if (status !== 200)
      return refuse(
        'registry',
        `${registryUrl(cluster)} ${status ? `answered ${status}` : `does not answer: ${reason}`}`,
      );
    const found = await host.read(bundle(cluster, access));
    if (!found)
      return refuse(
        'bundle',
        `${cluster.source.registry.bundle}:${cluster.source.registry.digest ?? cluster.kubernetesVersion} is not in the registry; push the bundle first`,
      );
    if (found.kubernetes !== cluster.kubernetesVersion)
      return refuse(
        'bundle',
        `${cluster.source.registry.bundle}:${cluster.source.registry.digest ?? cluster.kubernetesVersion} is of Kubernetes ${found.kubernetes}, and the spec wants ${cluster.kubernetesVersion}`,
      );
    const { os, arch } = await host.read(system);
    if (!found.systems.some((one) => one.os === os && one.arch === arch))
      return refuse(
        found.systems.some((one) => one.os === os) ? 'architecture' : 'os',
        `the bundle is for ${found.systems.map((one) => `${one.os} ${one.arch}`).join(', ')}, the host is ${os || 'unknown'} ${arch}`,
      );
    if (!containerHosts(cluster).includes(host.machine)) return [];
    const wanted = imagesOf(cluster, host.machine);
    const there = await host.read(imageDigests(cluster, wanted, access));
    const problems = wanted.flatMap((image): Problem[] => {
      const digest = there.get(image);
      if (!digest) return [{ name: 'images', words: `${image} is not in the registry` }];
      const right = found.images[image];
      if (!right) return [{ name: 'images', words: `${image} is not in the bundle’s list` }];
      return digest === right ? [] : [{ name: 'images', words: `${image} is ${digest}, the bundle says ${right}` }];
    });
    return sift(cluster, problems, warn);
  },
};
