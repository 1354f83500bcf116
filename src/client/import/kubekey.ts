import { expandRange } from './ansible/inventory.js';
import { kubernetesVersion, networkOr, addressesOf, only, tellRest } from './common-fields.js';
import type { Draft, DraftHost, Login, Role } from './draft.js';
import type { Field } from './field.js';
import { Ledger, type Translation } from './ledger.js';
import { writeSpec } from './write-spec.js';
import { yamlDocuments } from './yaml-file.js';

const groupRoles: Readonly<Record<string, Role>> = {
  master: 'control-plane',
  'control-plane': 'control-plane',
  etcd: 'etcd',
  worker: 'worker',
};

/** Translates kubekey's file of kind Cluster (v1alpha1 to v1alpha3). */
export function translateKubekey(file: string, text: string): Translation {
  const ledger = new Ledger();
  const documents = yamlDocuments(file, text, ledger);
  ledger.check();
  const root = documents.find((one) => /^kubekey\./.test(one.at('apiVersion').text() ?? ''));
  const place = (root ?? documents[0])?.place ?? { file, line: 1, column: 1 };
  const kind = root?.at('kind').text();
  if (!root)
    ledger.refuse(
      place,
      'this is no file of kubekey',
      documents[0]?.at('apiVersion').text() ?? 'no apiVersion',
      'apiVersion: kubekey.kubesphere.io/v1alpha2',
    );
  else if (kind !== 'Cluster')
    ledger.refuse(
      root.at('kind').place,
      'this kind is not read',
      kind ?? 'nothing',
      'Cluster, as kubekey 1 to 3 write it (the inventories of kubekey 4 are not read yet)',
    );
  ledger.check();
  const spec = root!.at('spec');

  const hosts = hostsOf(spec, ledger);
  const kubernetes = spec.at('kubernetes');
  const network = spec.at('network');
  only(network.at('plugin'), /^calico$/, 'networking', 'kha installs Calico', ledger);
  only(kubernetes.at('containerManager'), /^containerd$/, 'kubernetesVersion', 'kha installs containerd', ledger);
  only(spec.at('etcd', 'type'), /^(kubekey|kubeadm)$/, 'hosts', 'kha installs etcd itself', ledger);
  const registry = spec.at('registry', 'privateRegistry');
  if (registry.words())
    ledger.told(
      'source',
      'the registry has to hold kha’s bundle first: kha bundle build, then kha bundle push',
      registry.place,
    );
  const name = root!.at('metadata', 'name').words();
  if (name === undefined) ledger.fill('name', 'the file has no metadata.name');
  const calico = network.at('calico');
  const draft: Draft = {
    name,
    version: kubernetesVersion(kubernetes.at('version'), 'kubekey', ledger),
    hosts,
    endpoint: endpointOf(spec.at('controlPlaneEndpoint'), hosts, ledger),
    registry: registry.words(),
    networking: {
      podSubnet: networkOr(network.at('kubePodsCIDR'), '10.233.64.0/18', 'kubekey', ledger),
      serviceSubnet: networkOr(network.at('kubeServiceCIDR'), '10.233.0.0/18', 'kubekey', ledger),
      dnsDomain: kubernetes.at('clusterName').words(),
      calico: { encapsulation: encapsulation(calico, ledger), mtu: calico.at('vethMTU').whole() || undefined },
      kubeProxyMode: kubernetes.at('proxyMode').words(),
    },
  };
  tellRest(documents, ledger);
  return writeSpec(draft, ledger, 'kubekey');
}

function hostsOf(spec: Field, ledger: Ledger): DraftHost[] {
  const listed = spec.at('hosts').items();
  const names = listed.map((host) => host.at('name').words() ?? '');
  const roles = new Map<string, Role[]>(names.map((name) => [name, []]));
  for (const [group, members] of spec.at('roleGroups').entries()) {
    const role = groupRoles[group];
    if (!role) {
      for (const member of members.items())
        ledger.told('hosts', `${member.text()} stood in the group ${group}, which kha has no role for`, member.place);
      continue;
    }
    for (const member of members.items())
      for (const name of expandRange(member.text() ?? '') ?? [member.text() ?? '']) {
        const known = roles.get(name);
        if (!known)
          ledger.refuse(
            member.place,
            `the group ${group} names ${name || 'nothing'}, which is no host of spec.hosts`,
            name,
            names.join(', '),
          );
        else if (known.includes(role))
          ledger.refuse(member.place, `${name} stands twice as ${role}`, name, 'every member of a group once');
        else known.push(role);
      }
  }
  const having = (role: Role): string[] => names.filter((name) => roles.get(name)?.includes(role));
  if (having('control-plane').length === 0)
    ledger.refuse(
      spec.at('roleGroups').place,
      'no host stands in roleGroups.control-plane',
      'none',
      'one control plane at least, three for high availability',
    );
  const stacked = having('etcd').join() === having('control-plane').join();
  return listed.flatMap((host, index) => {
    const name = names[index]!;
    const own = roles.get(name) ?? [];
    if (own.length === 0) ledger.left(`host ${name}: it stands in no role group`, host.take().place);
    return own.length === 0
      ? []
      : [
          hostOf(
            host,
            name,
            own.filter((role) => role !== 'etcd' || !stacked),
            ledger,
          ),
        ];
  });
}

function hostOf(host: Field, name: string, roles: readonly Role[], ledger: Ledger): DraftHost {
  const section = `hosts.${name}`;
  const [node] = host.at('internalAddress').words()?.split(',') ?? [];
  const { address, elsewhere } = addressesOf(
    name,
    { tool: 'kubekey', login: host.at('address').words(), node, place: host.place },
    ledger,
  );
  if (host.at('password').there) {
    const user = host.at('user').words() ?? 'root';
    ledger.fill(
      'ssh',
      `password: kha logs in with keys or an agent, not with passwords${user === 'root' ? '' : '; sudo’s goes into a file, as ssh.sudoPassword: file:PATH'}`,
      host.at('password').take().place,
    );
  }
  if (host.at('privateKey').there)
    ledger.fill(
      section,
      'privateKey: put the key into a file of its own, and name it as ssh.key',
      host.at('privateKey').take().place,
    );
  const login: Login = {
    address: elsewhere,
    user: host.at('user').words(),
    port: host.at('port').whole(),
    key: host.at('privateKeyPath').words(),
  };
  return { name, address, roles, login, place: host.place };
}

function encapsulation(calico: Field, ledger: Ledger): string | undefined {
  const mode = (key: string): string => calico.at(key).words()?.toLowerCase() ?? '';
  for (const key of ['ipipMode', 'vxlanMode'])
    if (mode(key) === 'crosssubnet')
      ledger.told('networking', `${key} is CrossSubnet: kha encapsulates between all hosts`, calico.at(key).place);
  if (/always|crosssubnet/.test(mode('vxlanMode'))) return 'vxlan';
  if (/always|crosssubnet/.test(mode('ipipMode'))) return 'ipip';
  return mode('vxlanMode') === 'never' && mode('ipipMode') === 'never' ? 'none' : undefined;
}

function endpointOf(endpoint: Field, hosts: readonly DraftHost[], ledger: Ledger): Draft['endpoint'] {
  const section = 'controlPlaneEndpoint';
  const address = endpoint.at('address').words();
  const inside = endpoint.at('internalLoadbalancer').words();
  const domain = endpoint.at('domain').words();
  const port = endpoint.at('port').whole();
  if (domain)
    ledger.told(
      section,
      `kubekey reached the API as ${domain}; kha does by the address below`,
      endpoint.at('domain').place,
    );
  if (inside === 'kube-vip' && address) {
    ledger.told(
      section,
      'kube-vip carried this address; with kha keepalived does, and haproxy serves it on 8443, as 6443 is the API servers’ own',
      endpoint.at('address').place,
    );
    return { type: 'vip', vip: address };
  }
  const own = hosts.find((host) => host.address === address);
  if (address && !inside && !own) return { type: 'external', host: address, port };
  ledger.fill(
    section,
    `${inside ? `kubekey put ${inside} on every worker` : own ? `${address} is ${own.name}’s own address` : 'the file names no address of the API'}; kha wants an address that is free in the hosts’ network (type: vip), or a load balancer that stands (type: external, host, port)`,
    endpoint.there ? endpoint.place : undefined,
  );
  return { type: 'vip', vip: undefined };
}
