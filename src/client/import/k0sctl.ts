import {
  addressesOf,
  kubernetesVersion,
  listed,
  networkOr,
  only,
  proxyUrl,
  setting,
  tellRest,
} from './common-fields.js';
import type { Draft, DraftHost, Login, Role } from './draft.js';
import type { Field } from './field.js';
import { Ledger, type Translation } from './ledger.js';
import { k0sctlReasons } from './reasons.js';
import { certSANs } from './settings.js';
import { writeSpec } from './write-spec.js';
import { yamlDocuments } from './yaml-file.js';

const roles: Readonly<Record<string, readonly Role[]>> = {
  controller: ['control-plane'],
  'controller+worker': ['control-plane', 'worker'],
  single: ['control-plane', 'worker'],
  worker: ['worker'],
};

/** Translates k0sctl's file, with the configuration of k0s in it or in a document of its own. */
export function translateK0sctl(file: string, text: string): Translation {
  const ledger = new Ledger();
  const documents = yamlDocuments(file, text, ledger);
  ledger.check();
  const root = documents.find((one) => /^k0sctl\./.test(one.at('apiVersion').text() ?? ''));
  if (!root)
    ledger.refuse(
      documents[0]?.place ?? { file, line: 1, column: 1 },
      'this is no file of k0sctl',
      documents[0]?.at('apiVersion').text() ?? 'no apiVersion',
      'apiVersion: k0sctl.k0sproject.io/v1beta1',
    );
  ledger.check();
  const top = root!;
  for (const field of [top.at('kind'), top.at('metadata', 'user')]) field.take();

  const list = top.at('spec', 'hosts').items();
  if (list.length === 0) ledger.refuse(top.at('spec').place, 'the file names no hosts', 'none', 'spec.hosts');
  const counts = new Map<string, number>();
  const hosts = list.map((host) => {
    const role = host.at('role').text() ?? '';
    if (!roles[role])
      ledger.refuse(host.at('role').place, 'an unknown role', role || 'nothing', Object.keys(roles).join(', '));
    const kind = roles[role]?.[0] ?? 'worker';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return hostOf(host, roles[role] ?? [], `${kind}-${counts.get(kind)}`, ledger);
  });

  const apart = documents.find((one) => one.at('kind').text() === 'ClusterConfig');
  apart?.at('apiVersion').text();
  const own = top.at('spec', 'k0s', 'config');
  for (const key of ['apiVersion', 'kind']) own.at(key).text();
  const spec = (own.there ? own : (apart ?? own)).at('spec');
  const network = spec.at('network');
  only(
    network.at('provider'),
    /^calico$/,
    'networking',
    'kha installs Calico; one of your own is networking.cni: { addons: […] }',
    ledger,
  );
  if (!network.at('provider').there) ledger.told('networking', 'no provider: k0s installs kube-router, kha Calico');
  only(spec.at('storage', 'type'), /^etcd$/, 'hosts', 'kha installs etcd', ledger);
  const calico = network.at('calico');
  const mode = calico.at('mode').words();
  const name = top.at('metadata', 'name').words() ?? apart?.at('metadata', 'name').words();
  if (name === undefined) ledger.fill('name', 'the file has no metadata.name');
  const version = top.at('spec', 'k0s', 'version');
  const draft: Draft = {
    name: name ?? undefined,
    version:
      known(version, 'kubernetesVersion', ledger) === undefined && version.there
        ? undefined
        : kubernetesVersion(version, 'k0sctl', ledger),
    hosts,
    endpoint: endpointOf(spec, ledger),
    certSANs: certSANs(
      spec
        .at('api', 'sans')
        .items()
        .map((item) => setting(item, 'api.sans')),
      ledger,
    ),
    proxies: proxies(list, ledger),
    networking: {
      cni: network.at('provider').words() === 'custom' ? 'none' : undefined,
      podSubnet: networkOr(network.at('podCIDR'), '10.244.0.0/16', 'k0s', ledger),
      serviceSubnet: networkOr(network.at('serviceCIDR'), '10.96.0.0/12', 'k0s', ledger),
      dnsDomain: network.at('clusterDomain').words(),
      calico: { encapsulation: mode === 'bird' ? 'ipip' : mode, mtu: calico.at('mtu').whole() || undefined },
      kubeProxyMode: network.at('kubeProxy', 'mode').words(),
    },
  };
  tellRest(documents, ledger, k0sctlReasons);
  return writeSpec(draft, ledger, 'k0sctl');
}

/** Proxies of k0s’s service, where the hosts do not differ in them; those that do are left among what is not translated. */
function proxies(hosts: readonly Field[], ledger: Ledger): Draft['proxies'] {
  const same = (name: string): Field | undefined => {
    const fields = hosts.map((host) => host.at('environment', name)).filter(({ there }) => there);
    const [first] = fields;
    if (new Set(fields.map((field) => String(field.peek()))).size !== 1) return undefined;
    for (const field of fields) field.take();
    return first;
  };
  const proxy = (name: string): string | undefined => {
    const field = same(name);
    return field && proxyUrl(`environment.${name}`, known(field, 'proxies', ledger), field.place, ledger);
  };
  return { http: proxy('HTTP_PROXY'), https: proxy('HTTPS_PROXY'), noProxy: listed(same('NO_PROXY')?.words()) };
}

/** Text that is not for k0sctl to complete first (`$NAME`, `${NAME}`), which is noted at `section`. */
function known(field: Field, section: string, ledger: Ledger): string | undefined {
  const text = field.words();
  if (text === undefined || !/(^|[^$])\$[\w{]/.test(text)) return text?.replaceAll('$$', '$');
  ledger.fill(section, `${field.name} is ${text}, which k0sctl completes from the environment`, field.place);
  return undefined;
}

function hostOf(field: Field, roles: readonly Role[], fallback: string, ledger: Ledger): DraftHost {
  const hostname = field.at('hostname').words();
  const name = hostname ?? fallback;
  const section = `hosts.${name}`;
  const { place } = field;
  if (!hostname) ledger.told(section, 'no hostname: named by its place in the list', place);
  const ssh = field.at('ssh');
  const other = ['openSSH', 'localhost', 'winRM'].map((key) => field.at(key)).find(({ there }) => there);
  if (other)
    ledger.fill(
      section,
      `k0sctl reaches it by ${other.name}; kha by SSH, for which address and ssh are wanted`,
      other.take().place,
    );
  const { address, elsewhere } = addressesOf(
    name,
    {
      tool: 'k0sctl',
      login: known(ssh.at('address'), section, ledger),
      node: known(field.at('privateAddress'), section, ledger),
      place: ssh.at('address').place,
    },
    ledger,
  );
  if (field.at('privateInterface').words())
    ledger.told(section, 'privateInterface: kha goes by address', field.at('privateInterface').place);
  const bastion = ssh.at('bastion');
  const at = known(bastion.at('address'), section, ledger);
  const jump: Login['jump'] = at === undefined ? undefined : { address: at, ...loginOf(bastion, section, ledger) };
  if (bastion.at('bastion').there) ledger.fill('ssh', 'a bastion behind a bastion', bastion.at('bastion').take().place);
  return { name, address, roles, login: { ...loginOf(ssh, section, ledger), address: elsewhere, jump }, place };
}

const loginOf = (ssh: Field, section: string, ledger: Ledger): Omit<Login, 'jump' | 'address'> => ({
  user: known(ssh.at('user'), section, ledger),
  port: ssh.at('port').whole(),
  key: known(ssh.at('keyPath'), section, ledger),
});

/** The virtual address that k0s carries itself, or the address of a load balancer. */
function endpointOf(spec: Field, ledger: Ledger): Draft['endpoint'] {
  const section = 'controlPlaneEndpoint';
  const balancing = spec.at('network', 'controlPlaneLoadBalancing');
  const [instance] = balancing.at('keepalived', 'vrrpInstances').items();
  const [virtual] = instance?.at('virtualIPs').items() ?? [];
  const outside = spec.at('api', 'externalAddress');
  const host = known(outside, section, ledger);
  if (balancing.at('enabled').flag() && virtual) {
    const vip = known(virtual, section, ledger)?.split('/')[0];
    ledger.told(
      section,
      'k0s carried this address; with kha keepalived does, and haproxy serves it on 8443, as 6443 is the API servers’ own',
      virtual.place,
    );
    return { type: 'vip', vip };
  }
  if (host !== undefined) return { type: 'external', host, port: spec.at('api', 'port').whole() };
  if (spec.at('network', 'nodeLocalLoadBalancing').take().at('enabled').flag()) {
    ledger.told(
      section,
      'k0s put a proxy to the API on every worker; so does kha on every node (local), as haproxy on 127.0.0.1:8443',
      spec.at('network', 'nodeLocalLoadBalancing').place,
    );
    return { type: 'local' };
  }
  ledger.fill(
    section,
    'the file names no address of the API; kha wants an address that is free in the hosts’ network (type: vip), a load balancer that stands (type: external, host, port), or a proxy on every node (type: local)',
  );
  return { type: 'vip', vip: undefined };
}
