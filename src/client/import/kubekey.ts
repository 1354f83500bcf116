import { kubernetesVersion, networkOr, only, setting, tellRest } from './common-fields.js';
import type { Draft, DraftHost } from './draft.js';
import type { Field } from './field.js';
import { kubekeyHosts } from './kubekey-hosts.js';
import { Ledger, type Translation } from './ledger.js';
import { kubekeyReasons } from './reasons.js';
import { certSANs, folder, mirrorOf, quota } from './settings.js';
import { writeSpec } from './write-spec.js';
import { yamlDocuments } from './yaml-file.js';

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

  const hosts = kubekeyHosts(spec, ledger);
  const kubernetes = spec.at('kubernetes');
  const network = spec.at('network');
  only(
    network.at('plugin'),
    /^(calico|none)$/,
    'networking',
    'kha installs Calico; one of your own is networking.cni: { addons: […] }',
    ledger,
  );
  if (kubernetes.at('nodelocaldns').flag() !== false)
    ledger.told('networking', 'kubekey runs NodeLocalDNS on every node, kha CoreDNS alone');
  ledger.told(
    'firewall',
    'kubekey switches firewalld and ufw off; kha leaves them alone and names the ports that it needs, or opens them: firewall: open',
  );
  only(kubernetes.at('containerManager'), /^containerd$/, 'kubernetesVersion', 'kha installs containerd', ledger);
  only(spec.at('etcd', 'type'), /^(kubekey|kubeadm)$/, 'hosts', 'kha installs etcd itself', ledger);
  const registry = registryOf(spec.at('registry'), ledger);
  const mirrored = spec
    .at('registry', 'registryMirrors')
    .items()
    .map((one) => setting(one, 'registryMirrors'));
  const mirror = registry ? undefined : mirrorOf('docker.io', mirrored, ledger);
  const name = root!.at('metadata', 'name').words();
  if (name === undefined) ledger.fill('name', 'the file has no metadata.name');
  const calico = network.at('calico');
  const draft: Draft = {
    name,
    version: kubernetesVersion(kubernetes.at('version'), 'kubekey', ledger),
    hosts,
    endpoint: endpointOf(spec.at('controlPlaneEndpoint'), hosts, ledger),
    certSANs: certSANs(
      kubernetes
        .at('apiserverCertExtraSans')
        .items()
        .map((item) => setting(item, 'apiserverCertExtraSans')),
      ledger,
    ),
    registry,
    mirrors: mirror === undefined ? undefined : { 'docker.io': mirror },
    kubelet: kubeletOf(kubernetes),
    etcd: {
      dataDir: folder('etcd', setting(spec.at('etcd', 'dataDir')), ledger),
      quotaBackendBytes: quota(setting(spec.at('etcd', 'quotaBackendBytes')), ledger),
    },
    containerd: { root: folder('containerd', setting(spec.at('registry', 'containerdDataDir')), ledger) },
    networking: {
      cni: network.at('plugin').words() === 'none' ? 'none' : undefined,
      podSubnet: networkOr(network.at('kubePodsCIDR'), '10.233.64.0/18', 'kubekey', ledger),
      serviceSubnet: networkOr(network.at('kubeServiceCIDR'), '10.233.0.0/18', 'kubekey', ledger),
      dnsDomain: kubernetes.at('dnsDomain').words() ?? kubernetes.at('clusterName').words(),
      calico: { encapsulation: encapsulation(calico, ledger), mtu: calico.at('vethMTU').whole() || undefined },
      kubeProxyMode: kubernetes.at('proxyMode').words(),
    },
  };
  tellRest(documents, ledger, kubekeyReasons);
  return writeSpec(draft, ledger, 'kubekey');
}

/** Two of KubeletConfiguration that kubekey has as settings of its own, and those that it passes on. */
function kubeletOf(kubernetes: Field): Record<string, unknown> | undefined {
  const own = ['maxPods', 'podPidsLimit'].map((key) => [key, kubernetes.at(key).whole()] as const);
  const given = kubernetes.at('kubeletConfiguration').data() as Record<string, unknown> | undefined;
  const all = [...own.filter(([, value]) => value), ...Object.entries(given ?? {})];
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

/** The private registry with its namespace; its login is a secret, and left to a person. */
function registryOf(field: Field, ledger: Ledger): Draft['registry'] {
  const found = field.at('privateRegistry').words();
  if (found === undefined) return undefined;
  ledger.told(
    'source',
    'the registry has to hold kha’s bundle first: kha bundle build, then kha bundle push',
    field.at('privateRegistry').place,
  );
  const namespace = field.at('namespaceOverride').words();
  const auth = field.at('auths', found);
  if (auth.at('password').there)
    ledger.fill(
      'source',
      'auths: put the password into a file, and write credentials: { username: NAME, password: file:PATH }',
      auth.at('password').take().place,
    );
  auth.at('username').take();
  if (auth.at('skipTLSVerify').flag())
    ledger.fill(
      'source',
      'skipTLSVerify: kha looks at certificates: write ca: FILE for an authority of yours',
      auth.at('skipTLSVerify').place,
    );
  return {
    address: namespace === undefined ? found : `${found}/${namespace}`,
    plainHttp: auth.at('plainHTTP').flag() || undefined,
  };
}

function encapsulation(calico: Field, ledger: Ledger): string | undefined {
  if (!calico.at('ipipMode').there && !calico.at('vxlanMode').there)
    ledger.told('networking', 'no ipipMode: kubekey’s default is IPIP, kha’s VXLAN (networking.calico.encapsulation)');
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
      `kubekey reached the API as ${domain}; kha does as the endpoint below says`,
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
  if (inside === 'haproxy') {
    ledger.told(
      section,
      'kubekey put a proxy to the API on every worker; so does kha on every node (local), as haproxy on 127.0.0.1:8443',
      endpoint.at('internalLoadbalancer').place,
    );
    return { type: 'local' };
  }
  ledger.fill(
    section,
    `${inside ? `internalLoadbalancer is ${inside}` : own ? `${address} is ${own.name}’s own address` : 'the file names no address of the API'}; kha wants an address that is free in the hosts’ network (type: vip), a load balancer that stands (type: external, host, port), or a proxy on every node (type: local)`,
    endpoint.there ? endpoint.place : undefined,
  );
  return { type: 'vip', vip: undefined };
}
