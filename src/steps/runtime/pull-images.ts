import type { Cluster, Machine } from '../../cluster/cluster.js';
import { containerHosts } from '../../cluster/roles.js';
import { localImages } from '../../facts/images.js';
import { sh } from '../../facts/sh.js';
import type { Asked } from '../host.js';
import type { Step } from '../step.js';
import { registryFolder } from './containerd-files.js';
import { imagesOf } from './images.js';

export const pullImages: Step = {
  name: 'pullImages',
  does: 'Pull ahead every image that the host will run',
  on: containerHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['container runtime'],
  gives: 'images',
  check: async ({ cluster, host }) => (await absent(cluster, host)).map((image) => `${image} is not pulled`),
  async apply({ cluster, host }) {
    const images = await absent(cluster, host);
    if (images.length === 0) return;
    await host.runUnit(
      sh`for image in ${images}; do ctr -n k8s.io images pull --hosts-dir ${registryFolder} "$image" >/dev/null || exit 1; done`,
    );
  },
};

const fullNames = (cluster: Cluster, machine: Machine): string[] =>
  imagesOf(cluster, machine).map((image) => `${cluster.source.registry.address}/${image}`);

async function absent(cluster: Cluster, host: Asked): Promise<string[]> {
  const found = await host.read(localImages);
  return fullNames(cluster, host.machine).filter((image) => !found.includes(image));
}
