import { locatedAddOns } from '../../cluster/add-ons.js';
import type { Cluster, Machine } from '../../cluster/cluster.js';
import { imageName } from '../../cluster/image-names.js';
import { controlPlanes, etcdHosts, isNode } from '../../cluster/roles.js';
import { isSeed } from '../../cluster/seed-profile.js';
import { agnhost, profileOf } from '../../cluster/versions.js';
import { describedBundle } from '../packages/bundle-files.js';
import { Refusal } from '../refusal.js';
import { seedImagesOf } from '../seed/images.js';
import type { Contents } from '../source.js';
import type { CheckContext } from '../step.js';

/** Images that a host will run, as `name:tag` without the registry. */
export function imagesOf(cluster: Cluster, machine: Machine): string[] {
  if (isSeed(cluster))
    return [
      ...seedImagesOf(cluster, machine),
      ...(cluster.networking.cni === 'none' || !isNode(machine) ? [] : [networkProbe(cluster).image]),
    ];
  const { kubernetes, etcd, coredns, pause, calico } = profileOf(cluster);
  const { cni } = cluster.networking;
  const images = [`pause:${pause}`];
  if (etcdHosts(cluster).includes(machine)) images.push(`etcd:${etcd}`);
  if (controlPlanes(cluster).includes(machine)) {
    images.push(
      `kube-apiserver:${kubernetes}`,
      `kube-controller-manager:${kubernetes}`,
      `kube-scheduler:${kubernetes}`,
    );
  }
  if (isNode(machine)) {
    images.push(
      `kube-proxy:${kubernetes}`,
      `coredns:${coredns}`,
      ...(cni === 'calico' ? ['node', 'cni', 'kube-controllers'].map((name) => `calico/${name}:${calico}`) : []),
      ...(cni === 'none' ? [] : [networkProbe(cluster).image]),
    );
  }
  return images;
}

/** An image that a host is to have. */
export interface HostImage {
  /** In the source: `kube-proxy:v1.37.2`. */
  readonly image: string;
  /** As manifests have it. */
  readonly name: string;
}

/** What a host will run, with what the source brings for the spec’s add-ons: on every node, as their pods may go to any. */
export function hostImages(cluster: Cluster, machine: Machine, { addOns = {} }: Pick<Contents, 'addOns'>): HostImage[] {
  const own = imagesOf(cluster, machine).map((image) => ({ image, name: imageName(cluster, image) }));
  if (!isNode(machine)) return own;
  const further = locatedAddOns(cluster).flatMap(({ one }) =>
    Object.entries(addOns[one.name] ?? {}).map(([name, image]) => ({ image, name })),
  );
  return [...new Map([...own, ...further].map((one) => [one.name, one])).values()];
}

/** The same with the digests that the source has them by. Throws Refusal where it lacks one. */
export async function wantedImages(context: CheckContext): Promise<(HostImage & { readonly digest: string })[]> {
  const contents = await describedBundle(context);
  return hostImages(context.cluster, context.host.machine, contents).map((one) => {
    const digest = contents.images[one.image];
    if (!digest)
      throw new Refusal(
        `${one.image} is not in the bundle’s list`,
        'take a bundle that is made for this version of kha',
      );
    return { ...one, digest };
  });
}

/** The server and client of the network proof. */
interface NetworkProbe {
  readonly image: string;
  /** Arguments that make it an HTTP server on port 8080. */
  readonly serve: readonly string[];
  /** The command that reaches a place such as `10.0.0.1:8080` from within it, and fails where it does not. */
  readonly reach: (place: string) => readonly string[];
}

/** Kha’s own is in every bundle, and published nowhere. */
const own: NetworkProbe = {
  image: 'kha/probe:v1',
  serve: ['serve', ':8080'],
  reach: (place) => ['/probe', 'get', `http://${place}/`],
};

const published: NetworkProbe = {
  image: agnhost,
  serve: ['netexec', '--http-port=8080'],
  reach: (place) => ['/agnhost', 'connect', '--timeout=5s', place],
};

export const networkProbe = ({ source }: Pick<Cluster, 'source'>): NetworkProbe => (source.internet ? published : own);
