import type { Layers } from './ansible/layers.js';
import { listed, proxyUrl } from './common-fields.js';
import type { Draft } from './draft.js';
import type { Ledger } from './ledger.js';
import { certSANs, folder, mirrorOf, quota, type Setting } from './settings.js';

type Settings = Pick<
  Draft,
  'registry' | 'mirrors' | 'proxies' | 'certSANs' | 'etcd' | 'containerd' | 'kubelet' | 'selinux'
>;

/** Registries, proxies, and what hosts are told besides networks. */
export function kubespraySettings(variables: Layers, ledger: Ledger): Settings {
  const said = (name: string, section: string): Setting => ({
    name,
    value: variables.text(name, section),
    place: variables.place(name),
  });
  localDNS(variables, ledger);
  const selinux = variables.text('preinstall_selinux_state', 'selinux');
  if (selinux === 'disabled')
    ledger.told(
      'selinux',
      'kha sets SELinux to permissive, and disables it nowhere',
      variables.place('preinstall_selinux_state'),
    );
  if (variables.flag('disable_service_firewall'))
    ledger.told(
      'firewall',
      'kubespray switched firewalld off; kha leaves it alone and names the ports that it needs, or opens them: firewall: open',
      variables.place('disable_service_firewall'),
    );
  if (variables.text('https_proxy_cert_file', 'source'))
    ledger.told(
      'source',
      'https_proxy_cert_file: a proxy’s own authority is named as source.internet.ca, a file where kha runs',
      variables.place('https_proxy_cert_file'),
    );
  const pods = said('kubelet_max_pods', 'kubelet').value;
  const names = variables.list('supplementary_addresses_in_ssl_keys', 'apiServer');
  const own = registry(variables, ledger);
  return {
    registry: own,
    mirrors: own ? undefined : mirrors(variables, ledger),
    proxies: proxies(variables, ledger),
    certSANs: certSANs(
      names.map((item) => ({
        name: 'supplementary_addresses_in_ssl_keys',
        value: variables.plain(item, 'supplementary_addresses_in_ssl_keys', 'apiServer'),
        place: item.place,
      })),
      ledger,
    ),
    etcd: {
      dataDir: folder('etcd', said('etcd_data_dir', 'etcd'), ledger),
      quotaBackendBytes: quota(said('etcd_quota_backend_bytes', 'etcd'), ledger),
    },
    containerd: { root: folder('containerd', said('containerd_storage_dir', 'containerd'), ledger) },
    kubelet: pods !== undefined && /^\d+$/.test(pods) ? { maxPods: Number(pods) } : undefined,
    selinux: selinux === 'enforcing' ? selinux : undefined,
  };
}

/** Kubespray installs it unless it is told otherwise. */
function localDNS(variables: Layers, ledger: Ledger): void {
  if (variables.flag('enable_nodelocaldns') !== false)
    ledger.told(
      'networking',
      'kubespray runs NodeLocalDNS on every node, kha CoreDNS alone: pods ask the service’s address',
      variables.place('enable_nodelocaldns'),
    );
}

function registry(variables: Layers, ledger: Ledger): Draft['registry'] {
  const host = variables.text('registry_host', 'source');
  if (host === undefined) return undefined;
  ledger.told(
    'source',
    'the registry has to hold kha’s bundle first: kha bundle build, then kha bundle push',
    variables.place('registry_host'),
  );
  return { address: host.replace(/^https?:\/\//, ''), plainHttp: host.startsWith('http://') || undefined };
}

/** Mirrors that containerd asks (docs/CRI/containerd.md of kubespray). */
function mirrors(variables: Layers, ledger: Ledger): Draft['mirrors'] {
  const name = 'containerd_registries_mirrors';
  return Object.fromEntries(
    variables.list(name, 'source').flatMap((one) => {
      const registry = variables.plain(one.at('prefix'), name, 'source');
      if (registry === undefined) return [];
      const asked = one.at('mirrors').items();
      const mirror = mirrorOf(
        registry,
        asked.map((each) => ({
          name,
          value: variables.plain(each.at('host'), name, 'source'),
          place: each.place,
          unchecked: each.at('skip_verify').flag(),
        })),
        ledger,
      );
      return mirror === undefined ? [] : [[registry, mirror]];
    }),
  );
}

function proxies(variables: Layers, ledger: Ledger): Draft['proxies'] {
  const proxy = (name: string): string | undefined =>
    proxyUrl(name, variables.text(name, 'proxies'), variables.place(name), ledger);
  const noProxy = ['no_proxy', 'additional_no_proxy'].flatMap((name) => listed(variables.text(name, 'proxies')) ?? []);
  return { http: proxy('http_proxy'), https: proxy('https_proxy'), noProxy };
}
