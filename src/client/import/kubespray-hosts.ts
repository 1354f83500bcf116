import type { Inventory } from './ansible/inventory.js';
import { unreadable, type Layers } from './ansible/layers.js';
import { addressesOf, ipv4 } from './common-fields.js';
import type { DraftHost, Login, NodeSettings, Role } from './draft.js';
import type { Ledger } from './ledger.js';
import { taints, words } from './settings.js';

/** The hosts of kubespray's groups: control planes first, then those of etcd, then the workers. */
export function kubesprayHosts(inventory: Inventory, layers: (host: string) => Layers, ledger: Ledger): DraftHost[] {
  const members = { 'control-plane': 'kube_control_plane', etcd: 'etcd', worker: 'kube_node' } as const;
  const groups = Object.entries(members).map(([role, group]) => [role as Role, inventory.hostsOf(group)] as const);
  const of = (wanted: Role): Map<string, unknown> => new Map(groups.find(([role]) => role === wanted)?.[1]);
  const [controlPlanes, etcd] = [of('control-plane'), of('etcd')];
  const stacked = etcd.size === controlPlanes.size && [...etcd.keys()].every((name) => controlPlanes.has(name));
  const names = [...new Set(groups.flatMap(([, hosts]) => [...hosts.keys()]))];
  const jump = bastion(inventory, layers, ledger);
  if (etcd.size === 0) ledger.told('hosts', 'no group etcd: the control planes carry etcd');
  for (const name of inventory.hostsOf('calico_rr').keys())
    ledger.told(
      'hosts',
      `${name} was a route reflector (calico_rr); kha installs none`,
      inventory.hosts.get(name)?.place,
    );
  const known = new Set([...names, ...inventory.hostsOf('bastion').keys(), ...inventory.hostsOf('calico_rr').keys()]);
  for (const [name, { place, variables }] of inventory.hosts) {
    if (known.has(name)) continue;
    for (const field of variables.values()) field.take();
    ledger.left(`host ${name}: it stands in no group that kubespray installs`, place);
  }
  const someAddress = names.some((name) => addressField(layers(name)) !== undefined);
  return names.map((name) => {
    const place = inventory.hosts.get(name)?.place ?? nowhere;
    const roles = groups
      .filter(([role, hosts]) => hosts.has(name) && !(role === 'etcd' && stacked))
      .map(([role]) => role);
    const variables = layers(name);
    if (
      someAddress &&
      !addressField(variables) &&
      !ipv4.test(name) &&
      inventory.hosts.get(name)?.variables.size === 0
    ) {
      const group = groups.find(([, hosts]) => hosts.has(name))?.[0] ?? 'worker';
      ledger.refuse(
        groups.find(([, hosts]) => hosts.has(name))?.[1].get(name) ?? place,
        `${members[group]} names ${name}, a host that is defined nowhere`,
        name,
        'the name of a host with an address (ansible_host, ip or access_ip)',
      );
    }
    const { address, elsewhere } = addresses(name, variables, ledger);
    return {
      name,
      place,
      roles,
      address,
      login: { ...login(name, variables, jump, ledger), address: elsewhere },
      node: nodeOf(name, variables, ledger),
    };
  });
}

/** `node_labels`, a map, and `node_taints`, a list of `key=value:effect` (docs/ansible/vars.md of kubespray). */
function nodeOf(host: string, variables: Layers, ledger: Ledger): NodeSettings {
  const section = `hosts.${host}`;
  const labels = variables.map('node_labels', section).map(([name, field]) => ({
    name,
    value: variables.plain(field, 'node_labels', section),
    place: field.place,
  }));
  const tainted = variables.list('node_taints', section).flatMap((field) => {
    const shown = variables.plain(field, 'node_taints', section);
    if (shown === undefined) return [];
    const [, key, value, effect] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(shown) ?? [];
    return [
      {
        taint: { ...(key ? { key } : {}), ...(value ? { value } : {}), ...(effect ? { effect } : {}) },
        shown,
        place: field.place,
      },
    ];
  });
  return { labels: words('labels', host, labels, ledger), taints: taints(host, tainted, ledger) };
}

const addressField = (variables: Layers): string | undefined =>
  ['access_ip', 'ip', 'ansible_host', 'ansible_ssh_host'].find((name) => variables.field(name)?.there);

/** Where the other hosts reach it: access_ip, else ip, else where Ansible logs in, else the name itself. */
function addresses(host: string, variables: Layers, ledger: Ledger): ReturnType<typeof addressesOf> {
  const name = addressField(variables);
  const field = name === undefined ? undefined : variables.field(name);
  const unread = field && unreadable(field);
  if (field && unread) {
    ledger.refuse(field.place, `the address of ${host} (${name}) is ${unread}`, field.shown(), 'an IPv4 address');
    return { address: undefined, elsewhere: undefined };
  }
  const loginName = loginFields.find((one) => variables.field(one)?.there) ?? 'ansible_host';
  const login = variables.text(loginName, `hosts.${host}`);
  const place = variables.place(loginName) ?? field?.place ?? nowhere;
  const node = name === undefined || loginFields.includes(name) ? undefined : field?.words();
  return addressesOf(host, { tool: 'Ansible', login: login ?? (node ? undefined : host), node, place }, ledger);
}

const loginFields = ['ansible_host', 'ansible_ssh_host'];
const nowhere = { file: '', line: 1, column: 1 };

function login(host: string, variables: Layers, jump: Login['jump'], ledger: Ledger): Login {
  const section = `hosts.${host}`;
  const text = (...names: string[]): string | undefined =>
    names.map((name) => variables.text(name, section)).find((one) => one !== undefined);
  const user = text('ansible_user', 'ansible_ssh_user');
  const port = text('ansible_port', 'ansible_ssh_port');
  const key = text('ansible_ssh_private_key_file', 'ansible_private_key_file');
  for (const name of ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'])
    if (variables.field(name)?.there)
      ledger.fill('ssh', `${name}: kha logs in with keys or an agent, not with passwords`, variables.place(name));
  for (const name of ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'])
    if (variables.field(name)?.there)
      ledger.fill(
        'ssh',
        `${name}: put sudo’s password into a file, and write ssh.sudoPassword: file:PATH`,
        variables.place(name),
      );
  for (const name of ['ansible_ssh_common_args', 'ansible_ssh_extra_args'])
    if (variables.field(name)?.there)
      ledger.fill(
        'ssh',
        `${name}: write a jump host as ssh.jump; other options of ssh are not passed on`,
        variables.place(name),
      );
  const connection = text('ansible_connection');
  if (connection !== undefined && !/^(ssh|smart|paramiko)/.test(connection))
    ledger.fill(
      section,
      `ansible_connection is ${connection}: kha reaches every host by SSH, this machine too`,
      variables.place('ansible_connection'),
    );
  if (user === undefined) ledger.told('ssh', 'no ansible_user: Ansible logs in as whoever starts it, kha as root');
  for (const name of ['ansible_become', 'ansible_become_user', 'ansible_become_method', 'etcd_member_name'])
    variables.field(name);
  return { user, port: port === undefined ? undefined : Number(port), key, jump };
}

/** Kubespray goes through the group bastion where there is one. */
function bastion(inventory: Inventory, layers: (host: string) => Layers, ledger: Ledger): Login['jump'] {
  const [name, ...others] = inventory.hostsOf('bastion').keys();
  if (name === undefined) return undefined;
  if (others.length > 0) ledger.told('ssh', `kubespray uses the first of its bastions, ${name}`);
  const variables = layers(name);
  const address = variables.text('ansible_host', 'ssh') ?? variables.text('ansible_ssh_host', 'ssh') ?? name;
  const { user, port, key } = login(name, variables, undefined, ledger);
  return { address, user, port, key };
}
