import { clusterSchema } from '../../cluster/schema.js';
import { nodeSettings } from '../../cluster/schema/node.js';
import type { Taint } from './draft.js';
import type { Ledger, Place } from './ledger.js';

/** One setting of another tool's: what it is called there, what it says, and where. */
export interface Setting {
  readonly name: string;
  readonly value: string | undefined;
  readonly place: Place | undefined;
}

/** Whether the spec takes a value at one of its keys. */
const takes = (key: 'etcd' | 'containerd' | 'source' | 'apiServer', value: unknown): boolean =>
  clusterSchema.shape[key].safeParse(value).success;

/** A folder for data; one that kha does not take has to be chosen anew. */
export function folder(
  section: 'etcd' | 'containerd',
  { name, value, place }: Setting,
  ledger: Ledger,
): string | undefined {
  const found = value?.replace(/(?<=.)\/+$/, '');
  const key = section === 'etcd' ? 'dataDir' : 'root';
  if (found === undefined || takes(section, { [key]: found })) return found;
  ledger.fill(
    section,
    `${name} is ${found}, which kha does not take: choose another folder as ${section}.${key}`,
    place,
  );
  return undefined;
}

/** etcd's quota in bytes. */
export function quota({ name, value, place }: Setting, ledger: Ledger): number | undefined {
  const bytes = value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
  if (bytes !== undefined && takes('etcd', { quotaBackendBytes: bytes })) return bytes;
  if (value !== undefined && value !== '0')
    ledger.told('etcd', `${name} is ${value}: kha takes 256 MiB to 16 GiB, in bytes; this is etcd’s own 2 GiB`, place);
  return undefined;
}

/** Further names of the API's certificates; those that the spec does not take are told. */
export function certSANs(settings: readonly Setting[], ledger: Ledger): string[] {
  return settings.flatMap(({ name, value, place }) => {
    if (value === undefined) return [];
    if (takes('apiServer', { certSANs: [value] })) return [value];
    ledger.told('apiServer', `${name}: ${value} is no DNS name or address, and was left out`, place);
    return [];
  });
}

export interface Mirror extends Setting {
  /** Whether its certificate is not looked at. */
  readonly unchecked?: boolean | undefined;
}

/** Docker's registry, which has two names. */
const same = (registry: string): string => (registry === 'docker.io' ? 'registry-1.docker.io' : registry);

/** The one mirror that kha asks in place of a registry, of those that containerd would ask in turn. */
export function mirrorOf(registry: string, mirrors: readonly Mirror[], ledger: Ledger): string | undefined {
  const [first, ...others] = mirrors.flatMap((mirror) => {
    const { value, place, unchecked } = mirror;
    if (value === undefined) return [];
    const address = value
      .replace(/^https?:\/\//, '')
      .replace(/\/(v2\/?)?$/, '')
      .replace(/^([^/]+)\/v2\//, '$1/');
    if (address === same(registry) || address === registry) return [];
    const why =
      value.startsWith('http://') || unchecked
        ? 'kha asks mirrors by HTTPS, and looks at their certificates'
        : takes('source', { internet: { mirrors: { [registry]: address } } })
          ? undefined
          : 'kha asks mirrors of registries by name (source.internet.mirrors)';
    if (why === undefined) return [{ ...mirror, address }];
    ledger.told('source', `${mirror.name}: ${registry} is not asked at ${address}: ${why}`, place);
    return [];
  });
  if (!first) return undefined;
  ledger.told(
    'source',
    `${first.name}: kha asks ${first.address} in place of ${registry}, and where it lacks an image nobody else`,
    first.place,
  );
  for (const { name, address, place } of others)
    ledger.told('source', `${name}: ${address} was left out, as kha asks one mirror of ${registry}`, place);
  return first.address;
}

/** Labels or annotations that the spec takes; the others are told. */
export function words(
  kind: 'labels' | 'annotations',
  host: string,
  settings: readonly Setting[],
  ledger: Ledger,
): Record<string, string> | undefined {
  const taken = settings.flatMap(({ name, value, place }): [string, string][] => {
    const text = value ?? '';
    if (nodeSettings[kind].safeParse({ [name]: text }).success) return [[name, text]];
    ledger.told(`hosts.${host}`, `${kind}: kha does not take ${name}=${text}, which was left out`, place);
    return [];
  });
  return taken.length > 0 ? Object.fromEntries(taken) : undefined;
}

/** Taints that the spec takes; a control plane has its own from kubeadm. */
export function taints(
  host: string,
  found: readonly { readonly taint: Partial<Taint>; readonly shown: string; readonly place: Place | undefined }[],
  ledger: Ledger,
): Taint[] | undefined {
  const taken = found.flatMap(({ taint, shown, place }): Taint[] => {
    if (taint.key === 'node-role.kubernetes.io/control-plane') return [];
    const parsed = nodeSettings.taints.safeParse([taint]);
    if (parsed.success && parsed.data) return parsed.data;
    ledger.told(`hosts.${host}`, `taints: kha does not take ${shown}, which was left out`, place);
    return [];
  });
  return taken.length > 0 ? taken : undefined;
}
