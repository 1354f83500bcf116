import type { Description } from '../cluster/bundle-description.js';
import { registryPlace, type RegistryPlace } from '../cluster/registry-place.js';
import { bundle } from '../facts/registry.js';
import { sh } from '../facts/sh.js';
import { registryFolder } from './runtime/registry-files.js';
import type { CheckContext } from './step.js';

/** A registry as the step’s host reaches it. */
export interface RegistryAccess {
  readonly place: RegistryPlace;
  /** What curl is told of it on standard input: configuration lines with the login, then the CA certificate. */
  readonly stdin: string;
  /** How ctr is told of it. */
  readonly options: string;
}

/** Where packages and images come from: whatever the source is, hosts see a registry. */
export interface Source {
  /** What the bundle says of itself; undefined where there is none. */
  description(): Promise<Description | undefined>;
  registry(): Promise<RegistryAccess>;
}

/** The source that the spec names. */
export const sourceOf = (context: CheckContext): Source => {
  const place = registryPlace(context.cluster);
  return place ? siteRegistry(context, place) : servedFile(context);
};

/** A registry of the site’s own. */
function siteRegistry({ cluster, host, secret }: CheckContext, place: RegistryPlace): Source {
  const registry = async (): Promise<RegistryAccess> => {
    const { credentials, ca } = cluster.source.registry ?? {};
    const login = credentials
      ? `user = ${JSON.stringify(`${credentials.username}:${await secret(credentials.password)}`)}\n`
      : '';
    const stdin = login + (ca ? await secret(`file:${ca}`) : '');
    return { place, stdin, options: sh`--hosts-dir ${registryFolder}` };
  };
  return { registry, description: async () => host.read(bundle(place, (await registry()).stdin)) };
}

/** A file that the worker serves on the host’s own loopback, through the SSH connection. */
const servedFile = ({ bundleFile }: CheckContext): Source => ({
  description: () => bundleFile.description(),
  registry: async () => {
    const host = `127.0.0.1:${await bundleFile.port()}`;
    // What it is called there does not matter: everything is asked for by digest.
    const place = { host, plainHttp: true, ownAuthority: false, bundle: 'kha/bundle', reference: 'latest' };
    return { place, stdin: '', options: '--plain-http' };
  },
});
