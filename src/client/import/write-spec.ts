import { Document, isMap, isScalar, type Node, type YAMLMap } from 'yaml';
import { isSupported, supportedVersions } from '../../cluster/versions.js';
import type { Draft, DraftHost, Login } from './draft.js';
import { where, type Ledger, type Note, type Translation } from './ledger.js';

/** Stands where a person has to fill something in: no field of the spec takes it, so `kha validate` names each place. */
const toFill = '<TODO>';

/** The spec of a draft, with a comment at each key that there is something to say of, and what was left out at its end. */
export function writeSpec(draft: Draft, ledger: Ledger, from: string): Translation {
  sameTwice(draft.hosts, ledger);
  ledger.check();
  if (draft.version !== undefined && !isSupported(draft.version))
    ledger.fill('kubernetesVersion', `kha does not install ${draft.version}, but ${supportedVersions}`);
  if (!draft.registry)
    ledger.told(
      'source',
      'the official downloads and registries, which hosts ask themselves, by digests that kha pins',
    );
  const document = new Document(plain(draft));
  const map = document.contents as unknown as YAMLMap;
  for (const { key, value } of map.items as { key: Node; value: Node }[]) {
    if (isScalar(key)) comment(key, ledger.notes, String(key.value));
    if (isMap(value)) value.flow = true;
  }
  const hosts = document.get('hosts') as { items: YAMLMap[] };
  for (const [index, host] of hosts.items.entries()) {
    host.flow = true;
    comment(host, ledger.notes, `hosts.${draft.hosts[index]?.name ?? ''}`);
  }
  document.commentBefore = ` Translated by kha init --from ${from}. Look at every line with TODO; then: kha validate`;
  const sections = new Set((map.items as { key: Node }[]).map(({ key }) => String(isScalar(key) ? key.value : '')));
  const elsewhere = ledger.notes.filter(
    ({ section, kind }) => kind !== 'left' && !sections.has(section?.split('.')[0] ?? ''),
  );
  const left = ledger.notes.filter(({ kind }) => kind === 'left');
  const tail = [
    ...elsewhere.map((note) => ` ${note.section ? `${note.section}: ` : ''}${line(note).trim()}`),
    ...[...new Set(left.map(({ why }) => why))].flatMap((why) => [
      ` Not translated, ${why}:`,
      ...left.filter((note) => note.why === why).map((note) => ` ${line(note)}`),
    ]),
  ];
  if (tail.length > 0) document.comment = tail.join('\n');
  return { spec: document.toString({ lineWidth: 0 }), notes: ledger.notes };
}

function sameTwice(hosts: readonly DraftHost[], ledger: Ledger): void {
  for (const field of ['name', 'address'] as const)
    for (const [index, host] of hosts.entries()) {
      const first = hosts.findIndex((other) => other[field] !== undefined && other[field] === host[field]);
      if (first < 0 || first >= index) continue;
      const other = hosts[first]!;
      ledger.refuse(
        host.place,
        field === 'name'
          ? `host ${host.name} is defined twice (first at ${where(other.place)})`
          : `${host.name} has the address of ${other.name} (${where(other.place)})`,
        host[field] ?? '',
        'every host once, with an address of its own',
      );
    }
}

function comment(node: Node, notes: readonly Note[], section: string): void {
  const words = notes.filter((note) => note.section === section && note.kind !== 'left').map(line);
  if (words.length > 0) node.commentBefore = words.join('\n');
}

const line = ({ kind, words, place }: Note): string =>
  ` ${kind === 'fill' ? 'TODO: ' : ''}${place ? `${where(place)}: ` : ''}${words}`.replaceAll(/[\r\n]+/g, ' ');

/** The draft in the spec's own shape. */
function plain({ name, version, hosts, endpoint, certSANs, registry, mirrors, networking, ...rest }: Draft): unknown {
  const shared = sharedLogin(hosts);
  const own = (login: Login): object =>
    Object.fromEntries(Object.entries(login).filter(([field]) => !(field in shared)));
  return said({
    apiVersion: 'kubernetes-ha.io/v1alpha1',
    kind: 'Cluster',
    name: name ?? toFill,
    kubernetesVersion: version ?? toFill,
    hosts: hosts.map(({ name, address, roles, login, node }) => ({
      name,
      address: address ?? toFill,
      roles,
      ssh: own(login),
      ...node,
    })),
    controlPlaneEndpoint: endpoint.type === 'vip' ? { ...endpoint, vip: endpoint.vip ?? toFill } : endpoint,
    apiServer: { certSANs: certSANs?.length ? certSANs : undefined },
    source: registry ? { registry } : { internet: { mirrors } },
    ssh: shared,
    networking,
    kubelet: rest.kubelet,
    etcd: rest.etcd,
    containerd: rest.containerd,
    selinux: rest.selinux,
    proxies: rest.proxies,
  });
}

/** What all hosts have in common; nothing is shared of what some leave open. */
function sharedLogin(hosts: readonly DraftHost[]): Login {
  const [first] = hosts;
  const same = (field: keyof Login): boolean =>
    hosts.every(({ login }) => login[field] !== undefined && equal(login[field], first?.login[field]));
  return Object.fromEntries(
    (['user', 'port', 'key', 'jump'] as const).filter(same).map((field) => [field, first?.login[field]]),
  );
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A value without the fields that say nothing, but for the internet, which says something by standing there. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, inner]) => [key, said(inner)] as const);
  return Object.fromEntries(
    fields.filter(([key, inner]) => inner !== undefined && (key === 'internet' || !isEmpty(inner))),
  );
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
