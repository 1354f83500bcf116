import type { Layers } from './ansible/layers.js';
import type { Draft } from './draft.js';
import type { Ledger } from './ledger.js';

/** Kubespray's own defaults (roles/kubespray_defaults/defaults/main/main.yml). */
const networks = { kube_pods_subnet: '10.233.64.0/18', kube_service_addresses: '10.233.0.0/18' } as const;

const secondFamily = 'this is its IPv4; add the IPv6 networks after a comma, and a secondaryAddress to every host';

/** What has one value with kha, and what is said where the inventory has another. */
const only: readonly (readonly [string, RegExp, string, string])[] = [
  [
    'kube_network_plugin',
    /^(calico|cni|none)$/,
    'networking',
    'kha installs Calico; one of your own is networking.cni: { addons: […] }',
  ],
  ['container_manager', /^containerd$/, 'kubernetesVersion', 'kha installs containerd'],
  ['kube_apiserver_port', /^6443$/, 'controlPlaneEndpoint', 'kha’s API servers listen on 6443'],
  ['dns_mode', /^coredns$/, 'networking', 'kha installs CoreDNS'],
  ['ipv6_stack', /^(false|no)$/i, 'networking', secondFamily],
  ['enable_dual_stack_networks', /^(false|no)$/i, 'networking', secondFamily],
];

/** Version and networks of the cluster. */
export function kubesprayNetworking(variables: Layers, ledger: Ledger): Pick<Draft, 'version' | 'networking'> {
  for (const [name, wanted, section, words] of only) {
    const found = variables.text(name, section);
    if (found !== undefined && !wanted.test(found))
      ledger.told(section, `${name} is ${found}: ${words}`, variables.place(name));
  }
  const version = variables.text('kube_version', 'kubernetesVersion');
  if (version === undefined)
    ledger.fill('kubernetesVersion', 'no kube_version: kubespray takes the newest that its own release knows');
  const network = (name: keyof typeof networks): string => {
    const found = variables.text(name, 'networking');
    if (found === undefined) ledger.told('networking', `no ${name}: this is kubespray’s default, ${networks[name]}`);
    return found ?? networks[name];
  };
  return {
    version: version && `v${version.replace(/^v/, '')}`,
    networking: {
      cni: /^(cni|none)$/.test(variables.text('kube_network_plugin', 'networking') ?? '') ? 'none' : undefined,
      podSubnet: network('kube_pods_subnet'),
      serviceSubnet: network('kube_service_addresses'),
      dnsDomain: variables.text('dns_domain', 'networking') ?? variables.text('cluster_name', 'networking'),
      calico: {
        encapsulation: encapsulation(variables, ledger),
        mtu: whole(variables.text('calico_veth_mtu', 'networking')),
      },
      kubeProxyMode: variables.text('kube_proxy_mode', 'networking'),
    },
  };
}

const whole = (text: string | undefined): number | undefined =>
  text && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;

/** Undefined, and so kha's default of vxlan, where the inventory says nothing: kubespray's default too since 2.19. */
function encapsulation(variables: Layers, ledger: Ledger): string | undefined {
  const mode = (name: string): string => (variables.text(name, 'networking') ?? '').toLowerCase();
  const [backend, vxlan, ipip] = [mode('calico_network_backend'), mode('calico_vxlan_mode'), mode('calico_ipip_mode')];
  const on = (text: string): boolean => text === 'always' || text === 'crosssubnet';
  for (const name of ['calico_vxlan_mode', 'calico_ipip_mode'])
    if (mode(name) === 'crosssubnet')
      ledger.told('networking', `${name} is CrossSubnet: kha encapsulates between all hosts`, variables.place(name));
  if (on(vxlan)) return 'vxlan';
  if (on(ipip)) return 'ipip';
  if (vxlan === 'never' && (ipip === 'never' || ipip === '')) return 'none';
  return backend === 'vxlan' ? 'vxlan' : backend === 'none' ? 'none' : undefined;
}

/** kube-vip's address, a load balancer that stands, or a proxy to the API on every node. */
export function kubesprayEndpoint(variables: Layers, ledger: Ledger): Draft['endpoint'] {
  const section = 'controlPlaneEndpoint';
  const balancer = variables.field('loadbalancer_apiserver');
  const part = (key: string): string | undefined =>
    variables.plain(balancer?.at(key), `loadbalancer_apiserver.${key}`, section);
  const [address, port] = [part('address'), whole(part('port'))];
  const domain = variables.text('apiserver_loadbalancer_domain_name', section);
  const local = variables.flag('loadbalancer_apiserver_localhost');
  for (const name of [
    'loadbalancer_apiserver_port',
    'loadbalancer_apiserver_type',
    'loadbalancer_apiserver_healthcheck_port',
  ])
    variables.field(name);
  const vip = variables.text('kube_vip_address', section);
  if (variables.flag('kube_vip_enabled') && vip !== undefined) {
    for (const name of ['kube_vip_arp_enabled', 'kube_vip_controlplane_enabled']) variables.field(name);
    ledger.told(
      section,
      'kube-vip carried this address; with kha keepalived does, and haproxy serves it on 8443, as 6443 is the API servers’ own',
      variables.place('kube_vip_address'),
    );
    return { type: 'vip', vip, interface: variables.text('kube_vip_interface', section) };
  }
  const host = domain ?? address;
  if (balancer?.there && local !== true && host !== undefined) {
    if (domain && address) ledger.told(section, `${domain} has to resolve to ${address} on every host`, balancer.place);
    return { type: 'external', host, port };
  }
  if (local !== false) {
    ledger.told(
      section,
      'kubespray put a proxy to the API on every worker; so does kha on every node (local), as haproxy on 127.0.0.1:8443. From outside the API is reached at a control plane; an address of its own would be type: vip, or external',
      variables.place('loadbalancer_apiserver_localhost'),
    );
    return { type: 'local' };
  }
  ledger.fill(
    section,
    'the inventory names no address of the API; kha wants an address that is free in the hosts’ network (type: vip), a load balancer that stands (type: external, host, port), or a proxy on every node (type: local)',
    variables.place('loadbalancer_apiserver_localhost'),
  );
  return { type: 'vip', vip: undefined };
}
