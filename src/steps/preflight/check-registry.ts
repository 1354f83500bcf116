import type { PreflightName } from '../../cluster/preflight-problems.js';
import { isBundled } from '../../cluster/add-ons.js';
import { allHosts, containerHosts, controlPlanes } from '../../cluster/roles.js';
import { pulledFrom } from '../../cluster/image-names.js';
import { urlOf } from '../../cluster/registry-place.js';
import { lackingImages, pulledBy, registryStatus } from '../../facts/registry.js';
import { system } from '../../facts/system.js';
import { addOns, cniAddOns } from '../manifests.js';
import { hostImages, imagesOf } from '../runtime/images.js';
import { registrySourceOf, type NamedImage } from '../source.js';
import type { CheckContext, Step } from '../step.js';
import { internetProblems } from './internet-problems.js';
import { sift, type Problem } from './problem.js';

export const checkRegistry: Step = {
  name: 'checkRegistry',
  does: 'See that the registry, the file that kha serves, or the sites of the internet reach the host, and have everything, images by digest',
  on: allHosts,
  pace: 'all at once',
  retry: 'inspect',
  check: async (context) =>
    context.cluster.source.internet
      ? sift(context.cluster, await internetProblems(context), context.warn)
      : registryProblems(context),
};

async function registryProblems(context: CheckContext): Promise<string[]> {
  const { cluster, host, warn } = context;
  const source = registrySourceOf(context);
  const { place, stdin } = await source.registry();
  const named = (image: string): NamedImage => ({ image, repository: pulledFrom(cluster, image.split(':')[0]!) });
  const runsContainers = containerHosts(cluster).includes(host.machine);
  const own = runsContainers ? imagesOf(cluster, host.machine).map(named) : [];
  const [{ status, reason }, [stock], { os, arch }] = await Promise.all([
    host.read(registryStatus(place, stdin)),
    // Of a registry that does not answer, its status tells.
    Promise.allSettled([source.stock(own)]),
    host.read(system),
  ]);
  const refuse = (name: PreflightName, words: string): string[] => sift(cluster, [{ name, words }], warn);
  if (status === 401)
    return refuse('registry', `${urlOf(place)} refuses the credentials of the spec${reason ? `: ${reason}` : ''}`);
  if (status !== 200)
    return refuse('registry', `${urlOf(place)} ${status ? `answered ${status}` : `does not answer: ${reason}`}`);
  if (stock.status === 'rejected') throw stock.reason;
  if (!stock.value)
    return refuse('bundle', `${place.bundle}:${place.reference} is not in the registry; push the bundle first`);
  const { description: found, held } = stock.value;
  if (found.kubernetes !== cluster.kubernetesVersion)
    return refuse(
      'bundle',
      `the bundle is of Kubernetes ${found.kubernetes}, and the spec wants ${cluster.kubernetesVersion}`,
    );
  if (!found.systems.some((one) => one.os === os && one.arch === arch))
    return refuse(
      found.systems.some((one) => one.os === os) ? 'architecture' : 'os',
      `the bundle is for ${found.systems.map((one) => `${one.os} ${one.arch}`).join(', ')}, the host is ${os || 'unknown'} ${arch}`,
    );
  if (!runsContainers) return [];
  const manifests = controlPlanes(cluster).includes(host.machine)
    ? [...cniAddOns(cluster), ...addOns(cluster)].filter(isBundled).map(({ name }) => `manifests/${name}.yaml`)
    : [];
  const unheld = manifests.filter((name) => !(name in found.files));
  if (unheld.length > 0) return refuse('bundle', `the bundle has no ${unheld.join(', ')}`);
  const wanted = new Set(hostImages(cluster, host.machine, found).map(({ image }) => image));
  const images = [...wanted].map((image) => ({ ...named(image), digest: found.images[image] }));
  // Of add-ons only the description tells.
  const left = images.flatMap(({ repository, digest }) =>
    digest && !held.has(pulledBy({ repository, digest })) ? [{ repository, digest }] : [],
  );
  const lacking = left.length > 0 ? await host.read(lackingImages(place, left, stdin)) : [];
  const problems = images.flatMap(({ image, repository, digest }): Problem[] => {
    if (!digest) return [{ name: 'images', words: `${image} is not in the bundle’s list` }];
    const one = pulledBy({ repository, digest });
    if (held.get(one) ?? !lacking.includes(one)) return [];
    return [{ name: 'images', words: `${image} is not in the registry: it has no ${one}` }];
  });
  return sift(cluster, problems, warn);
}
