import type { Description } from '../cluster/bundle-description.js';
import { pulledFrom } from '../cluster/image-names.js';
import { describedLock, lockOf, publishedAt, type FetchedFile } from '../cluster/internet.js';
import { registryPlace, urlOf, type RegistryPlace } from '../cluster/registry-place.js';
import { bundle, lackingImages, pulledBy, stock, type Stock } from '../facts/registry.js';
import { sh } from '../facts/sh.js';
import { internetAccess } from './internet/access.js';
import { fetchingScript } from './internet/fetching.js';
import { registryFetching } from './registry-fetching.js';
import { registryFolder } from './runtime/registry-files.js';
import type { CheckContext } from './step.js';

/** A registry as the step’s host reaches it. */
export interface RegistryAccess {
  readonly place: RegistryPlace;
  /** What curl is told of it on standard input: configuration lines with the login, then the CA certificate. */
  readonly stdin: string;
}

/** What a source has: of the internet neither packages nor systems, which are the hosts’ own. */
export type Contents = Pick<Description, 'kubernetes' | 'images' | 'addOns'> & {
  readonly files: Readonly<Record<string, { readonly digest: string }>>;
};

/** A file of the source, and where it goes. */
export interface Wanted {
  /** In the source: `bin/amd64/kubeadm`. */
  readonly name: string;
  readonly digest: string;
  readonly path: string;
  readonly mode: string;
}

/** Where packages and images come from, as the step’s host sees it. */
export interface Source {
  /** Undefined where there is none of this version. */
  description(): Promise<Contents | undefined>;
  /** A script that puts files into place, and its standard input. */
  fetching(wanted: readonly Wanted[]): Promise<{ script: string; stdin: string }>;
  /** How ctr pulls: options, and the name to pull an image by; `served`: what must go on answering meanwhile. */
  pulling(): Promise<{ options: string; reference: (image: string, digest: string) => string; served?: string }>;
}

/** A source that is a registry, of the site’s own or of the worker’s making. */
export interface RegistrySource extends Source {
  description(): Promise<Description | undefined>;
  registry(): Promise<RegistryAccess>;
  /** The description, and in the same go whether images that are in it by these names can be pulled. */
  stock(images: readonly NamedImage[]): Promise<Stock | undefined>;
}

/** An image by its name in a bundle, `kube-proxy:v1.37.2`, and where the registry has it. */
export interface NamedImage {
  readonly image: string;
  readonly repository: string;
}

/** The source that the spec names. */
export const sourceOf = (context: CheckContext): Source =>
  context.cluster.source.internet ? internet(context) : registrySourceOf(context);

/** The same of a spec that names a registry or a file. */
export function registrySourceOf(context: CheckContext): RegistrySource {
  const place = registryPlace(context.cluster);
  return place ? siteRegistry(context, place) : servedFile(context);
}

/** Files by digest, and images of the registry’s own names. */
const fromRegistry = (
  { cluster }: CheckContext,
  registry: () => Promise<RegistryAccess>,
): Pick<RegistrySource, 'registry' | 'fetching' | 'pulling'> => ({
  registry,
  fetching: async (wanted) => {
    const { place, stdin } = await registry();
    return { script: registryFetching(place, wanted), stdin };
  },
  pulling: async () => {
    const { place } = await registry();
    return {
      options: sh`--hosts-dir ${registryFolder}`,
      reference: (image, digest) => `${place.host}/${pulledFrom(cluster, image.split(':')[0]!)}@${digest}`,
    };
  },
});

/** A registry of the site’s own. */
function siteRegistry(context: CheckContext, place: RegistryPlace): RegistrySource {
  const { cluster, host, secret } = context;
  const registry = async (): Promise<RegistryAccess> => {
    const { credentials, ca } = cluster.source.registry ?? {};
    const login = credentials
      ? `user = ${JSON.stringify(`${credentials.username}:${await secret(credentials.password)}`)}\n`
      : '';
    return { place, stdin: login + (ca ? await secret(`file:${ca}`) : '') };
  };
  return {
    ...fromRegistry(context, registry),
    description: async () => host.read(bundle(place, (await registry()).stdin)),
    stock: async (images) => host.read(stock(place, images, (await registry()).stdin)),
  };
}

/** A file that the worker serves on the host’s own loopback, through the SSH connection. */
function servedFile(context: CheckContext): RegistrySource {
  const { bundleFile, host } = context;
  const registry = async (): Promise<RegistryAccess> => {
    const loopback = `127.0.0.1:${await bundleFile.port()}`;
    // What it is called there does not matter: everything is asked for by digest.
    const place = { host: loopback, plainHttp: true, ownAuthority: false, bundle: 'kha/bundle', reference: 'latest' };
    return { place, stdin: '' };
  };
  const common = fromRegistry(context, registry);
  return {
    ...common,
    description: () => bundleFile.description(),
    stock: async (images) => {
      const [{ place, stdin }, description] = await Promise.all([registry(), bundleFile.description()]);
      const asked = images.flatMap(({ image, repository }) => {
        const digest = description.images[image];
        return digest ? [{ repository, digest }] : [];
      });
      const lacking = await host.read(lackingImages(place, asked, stdin));
      return { description, held: new Map(asked.map(pulledBy).map((one) => [one, !lacking.includes(one)])) };
    },
    pulling: async () => {
      const { place } = await registry();
      return { ...(await common.pulling()), options: '--plain-http', served: urlOf(place) };
    },
  };
}

/** The sites that publish everything, each part by its address and digest as the spec’s lock has them. */
function internet({ cluster, secret }: CheckContext): Source {
  const lock = lockOf(cluster);
  const described = describedLock(lock);
  return {
    description: () => Promise.resolve(described),
    fetching: async (wanted) => {
      const { access, stdin } = await internetAccess(cluster, secret);
      const files = wanted.map(({ name, path, mode }) => ({ file: named(described.files, name), path, mode }));
      return { script: fetchingScript(access, files), stdin };
    },
    pulling: () =>
      Promise.resolve({
        options: sh`--hosts-dir ${registryFolder}`,
        reference: (image, digest) => {
          const { registry, repository } = publishedAt(lock.images[image]?.origin ?? '');
          return `${registry}/${repository}@${digest}`;
        },
      }),
  };
}

function named(files: Readonly<Record<string, FetchedFile>>, name: string): FetchedFile {
  const file = files[name];
  if (!file) throw new Error(`${name} is not in the lock`);
  return file;
}
