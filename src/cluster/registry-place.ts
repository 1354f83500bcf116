import type { Cluster } from './cluster.js';

/** A registry as a host asks it, and the bundle in it. */
export interface RegistryPlace {
  /** Host and port, as image names have them: `harbor.example.org`. */
  readonly host: string;
  readonly plainHttp: boolean;
  /** An authority of the site’s own signed its certificate; or one of the known ones may have, of a place of the internet. */
  readonly ownAuthority: boolean;
  /** One of the internet, not of the site: the known authorities are believed as well. */
  readonly known?: boolean;
  /** It is asked through a proxy, which is named with the login. */
  readonly proxied?: boolean;
  /** Repository of the bundle’s artifact: `k8s/kha/bundle`. */
  readonly bundle: string;
  /** Its tag or digest. */
  readonly reference: string;
}

export const urlOf = ({ host, plainHttp }: Pick<RegistryPlace, 'host' | 'plainHttp'>): string =>
  `${plainHttp ? 'http' : 'https'}://${host}`;

/** Splits `harbor.example.org/k8s` into its host and the path below which everything lies; empty where there is none. */
export function splitAddress(address: string): { host: string; prefix: string } {
  const slash = address.indexOf('/');
  return slash < 0
    ? { host: address, prefix: '' }
    : { host: address.slice(0, slash), prefix: address.slice(slash + 1) };
}

/** A repository below a registry’s address: `k8s/kube-apiserver`. */
export const below = (prefix: string, repository: string): string => (prefix ? `${prefix}/${repository}` : repository);

/** The registry that the spec names; undefined where it names another source. */
export function registryPlace({ source: { registry }, kubernetesVersion }: Cluster): RegistryPlace | undefined {
  if (!registry) return undefined;
  const { host, prefix } = splitAddress(registry.address);
  return {
    host,
    plainHttp: registry.plainHttp,
    ownAuthority: registry.ca !== undefined,
    bundle: below(prefix, registry.bundle),
    reference: registry.digest ?? kubernetesVersion,
  };
}
