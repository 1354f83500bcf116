import { currentName, renameGroups } from './ansible/group-names.js';
import { readIni } from './ansible/ini.js';
import type { Inventory, Variables } from './ansible/inventory.js';
import { Layers } from './ansible/layers.js';
import { readYamlInventory } from './ansible/yaml-inventory.js';
import type { Draft } from './draft.js';
import type { Field } from './field.js';
import { kubesprayEndpoint, kubesprayNetworking } from './kubespray-cluster.js';
import { kubespraySettings } from './kubespray-settings.js';
import { kubesprayHosts } from './kubespray-hosts.js';
import { Ledger, type Place, type Translation } from './ledger.js';
import { kubesprayReasons, whyNot } from './reasons.js';
import { writeSpec } from './write-spec.js';
import { yamlDocuments } from './yaml-file.js';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}
export interface VariablesFile extends TextFile {
  readonly scope: 'group' | 'host';
  /** Name of the group or host whose variables these are. */
  readonly of: string;
}

/**
 * Translates a kubespray inventory, INI or YAML, with the group_vars and host_vars beside it. `folder`: the name of the
 * inventory's folder, which is the nearest that kubespray has to a name of the cluster.
 */
export function translateKubespray(inventory: TextFile, folder: string, files: readonly VariablesFile[]): Translation {
  const ledger = new Ledger();
  const { file, text } = inventory;
  const read = isYaml(inventory) ? readYamlInventory(file, text, ledger) : readIni(file, text, ledger);
  ledger.check();
  renameGroups(read, ledger);
  const extra = files.map((one) => ({ ...one, variables: variablesOf(one, ledger) }));
  ledger.check();

  const start: Place = { file, line: 1, column: 1 };
  if (read.hostsOf('kube_control_plane').size === 0)
    ledger.refuse(
      read.groups.get('kube_control_plane')?.place ?? start,
      'no host stands in the group kube_control_plane',
      `groups: ${[...read.groups.keys()].join(', ') || 'none'}`,
      'one control plane at least, three for high availability',
    );
  const laid = (scope: VariablesFile['scope'], of: string): Variables[] =>
    extra
      .filter((one) => one.scope === scope && (scope === 'group' ? currentName(one.of) : one.of) === of)
      .map(({ variables }) => variables);
  const ofGroup = (name: string): Variables[] => [...own(read, name), ...laid('group', name)];
  const layers = (host: string): Layers => {
    const groups = read.groupsOf(host).flatMap(({ name }) => ofGroup(name));
    const all = read.groups.has('all') ? [] : ofGroup('all');
    return new Layers([...all, ...groups, ...own(read, host, 'host'), ...laid('host', host)], ledger);
  };
  const cluster = new Layers(
    ['all', 'k8s_cluster', 'kube_node', 'etcd', 'kube_control_plane'].flatMap(ofGroup),
    ledger,
  );

  const hosts = kubesprayHosts(read, layers, ledger);
  const draft: Draft = {
    name: nameOf(folder, ledger),
    hosts,
    ...kubesprayNetworking(cluster, ledger),
    endpoint: kubesprayEndpoint(cluster, ledger),
    ...kubespraySettings(cluster, ledger),
  };
  const variables = [...read.groups.values(), ...read.hosts.values(), ...extra].flatMap((one) => [
    ...one.variables.values(),
  ]);
  // An add-on that is switched off has nothing to translate.
  const off = (field: Field): boolean => /_enabled$|^enable_/.test(field.name) && field.flag() === false;
  for (const field of variables.flatMap((one) => one.untaken()).filter((one) => !off(one)))
    ledger.left(
      `${field.path.join('.')}: ${field.shown()}`,
      field.place,
      whyNot(kubesprayReasons, field.path[0] ?? ''),
    );
  return writeSpec(draft, ledger, 'kubespray');
}

const own = (inventory: Inventory, name: string, kind: 'group' | 'host' = 'group'): Variables[] => {
  const found = kind === 'group' ? inventory.groups.get(name) : inventory.hosts.get(name);
  return found ? [found.variables] : [];
};

/** By its name, or where that does not tell, by its first line. */
const isYaml = ({ file, text }: TextFile): boolean =>
  /\.(ya?ml|json)$/i.test(file) ||
  (!/\.(ini|cfg)$/i.test(file) &&
    /^(---|[\w-]+:\s*$|\{)/.test(text.split(/\r?\n/).find((line) => /^[^#\s]/.test(line)) ?? ''));

function variablesOf({ file, text }: TextFile, ledger: Ledger): Variables {
  if (text.startsWith('$ANSIBLE_VAULT')) {
    ledger.told('', `${file} is encrypted by ansible-vault as a whole; whatever it sets was not read`);
    return new Map();
  }
  const [root] = yamlDocuments(file, text, ledger);
  if (root?.there && !root.isMap)
    ledger.refuse(root.place, 'these are no variables', root.shown(), 'a map of names and values');
  return new Map(root?.entries() ?? []);
}

function nameOf(folder: string, ledger: Ledger): string | undefined {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  if (name) ledger.told('name', 'named after the inventory’s folder, as kubespray has no name for a cluster');
  else ledger.fill('name', 'kubespray has no name for a cluster');
  return name || undefined;
}
