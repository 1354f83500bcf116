import { addressesOf, kubernetesVersion, listed, networkOr, proxyUrl, setting, tellRest } from './common-fields.js';
import type { Draft, DraftHost, Login, NodeSettings, Role, Taint } from './draft.js';
import type { Field } from './field.js';
import { Ledger, type Translation } from './ledger.js';
import { kubeoneReasons } from './reasons.js';
import { certSANs, mirrorOf, quota, taints, words } from './settings.js';
import { writeSpec } from './write-spec.js';
import { yamlDocuments } from './yaml-file.js';

/** Translates a manifest of kubeone (v1beta1 to v1beta3; its pkg/apis/kubeone). */
export function translateKubeone(file: string, text: string): Translation {
  const ledger = new Ledger();
  const documents = yamlDocuments(file, text, ledger);
  ledger.check();
  const root = documents.find((one) => one.at('kind').text() === 'KubeOneCluster');
  const version = root?.at('apiVersion').text() ?? '';
  const place = (root ?? documents[0])?.place ?? { file, line: 1, column: 1 };
  if (!root)
    ledger.refuse(
      place,
      'this is no manifest of kubeone',
      documents[0]?.at('kind').text() ?? 'no kind',
      'kind: KubeOneCluster',
    );
  else if (!/^kubeone\.(k8c\.)?io\/v1beta[123]$/.test(version))
    ledger.refuse(
      root.at('apiVersion').place,
      'this version of the manifest is not read',
      version || 'nothing',
      'kubeone.k8c.io/v1beta2 or v1beta3: kubeone config migrate',
    );
  ledger.check();
  const manifest = root!;

  const lists = [
    ['control-plane', manifest.at('controlPlane', 'hosts')],
    ['worker', manifest.at('staticWorkers', 'hosts')],
  ] as const;
  if (lists[0][1].items().length === 0)
    ledger.refuse(
      manifest.at('controlPlane').place,
      'no hosts of a control plane stand in the manifest',
      'none',
      'controlPlane.hosts; where Terraform tells them, print the whole manifest first: kubeone config dump --manifest FILE --tfjson FILE',
    );
  const hosts = lists.flatMap(([role, list]) => list.items().map((host, n) => hostOf(host, role, n, ledger)));

  const network = manifest.at('clusterNetwork');
  const [cni] = network.at('cni').entries();
  if (!cni) ledger.told('networking', 'no cni: kubeone installs Canal, kha Calico');
  else if (cni[0] === 'external')
    ledger.told('networking', 'cni is external: nodes wait for the network that you apply', cni[1].take().place);
  else
    ledger.told(
      'networking',
      `cni is ${cni[0]}: kha installs Calico; one of your own is networking.cni: { addons: […] }`,
      cni[1].take().place,
    );
  if (manifest.at('features', 'nodeLocalDNS', 'deploy').flag() !== false)
    ledger.told('networking', 'kubeone runs NodeLocalDNS on every node, kha CoreDNS alone');
  for (const key of ['dynamicWorkers', 'machineController', 'operatingSystemManager']) {
    const field = manifest.at(key);
    if (key === 'dynamicWorkers' && field.items().length > 0)
      ledger.fill(
        'hosts',
        `kubeone makes the machines of dynamicWorkers; kha takes machines that stand: add them as hosts of role worker`,
        field.take().place,
      );
  }
  const endpoint = manifest.at('apiEndpoint');
  const host = endpoint.at('host').words();
  if (host === undefined)
    ledger.fill(
      'controlPlaneEndpoint',
      'the manifest names no apiEndpoint.host; kha wants a load balancer (type: external, host, port), a free address in the hosts’ network (type: vip), or a proxy on every node (type: local)',
    );
  const proxy = manifest.at('proxy');
  const registry = manifest.at('registryConfiguration', 'overwriteRegistry');
  const kubeProxy = network.at('kubeProxy');
  const name = manifest.at('name').words();
  if (name === undefined) ledger.fill('name', 'the manifest has no name');
  const draft: Draft = {
    name,
    version: kubernetesVersion(manifest.at('versions', 'kubernetes'), 'kubeone', ledger),
    hosts,
    endpoint:
      host === undefined
        ? ({ type: 'vip', vip: undefined } as const)
        : ({ type: 'external', host, port: endpoint.at('port').whole() } as const),
    certSANs: certSANs(
      endpoint
        .at('alternativeNames')
        .items()
        .map((item) => setting(item, 'alternativeNames')),
      ledger,
    ),
    registry: registryOf(manifest.at('registryConfiguration'), ledger),
    mirrors: registry.words()
      ? undefined
      : mirrors(manifest.at('containerRuntime', 'containerd', 'registries'), ledger),
    etcd: {
      quotaBackendBytes: quota(setting(manifest.at('controlPlaneComponents', 'etcd', 'quotaBackendBytes')), ledger),
    },
    kubelet: kubeletOf(manifest.at('kubeletConfig')),
    networking: {
      cni: cni?.[0] === 'external' ? 'none' : undefined,
      podSubnet: networkOr(network.at('podSubnet'), '10.244.0.0/16', 'kubeone', ledger),
      serviceSubnet: networkOr(network.at('serviceSubnet'), '10.96.0.0/12', 'kubeone', ledger),
      dnsDomain: network.at('serviceDomainName').words(),
      kubeProxyMode: ['ipvs', 'iptables'].find((mode) => kubeProxy.at(mode).there && kubeProxy.at(mode).take()),
    },
    proxies: {
      http: proxyUrl('proxy.http', proxy.at('http').words(), proxy.at('http').place, ledger),
      https: proxyUrl('proxy.https', proxy.at('https').words(), proxy.at('https').place, ledger),
      noProxy: listed(proxy.at('noProxy').words()),
    },
  };
  tellRest(documents, ledger, kubeoneReasons);
  return writeSpec(draft, ledger, 'kubeone');
}

function hostOf(field: Field, role: Role, index: number, ledger: Ledger): DraftHost {
  const named = field.at('hostname').words();
  const name = named ?? `${role}-${index + 1}`;
  const { place } = field;
  if (!named) ledger.told(`hosts.${name}`, 'no hostname: named by its place in the list', place);
  const { address, elsewhere } = addressesOf(
    name,
    { tool: 'kubeone', login: field.at('publicAddress').words(), node: field.at('privateAddress').words(), place },
    ledger,
  );
  const bastion = field.at('bastion').words();
  const jump: Login['jump'] =
    bastion === undefined
      ? undefined
      : {
          address: bastion,
          user: field.at('bastionUser').words(),
          port: field.at('bastionPort').whole(),
          key: field.at('bastionPrivateKeyFile').words(),
        };
  for (const key of ['sshHostPublicKey', 'bastionHostPublicKey'])
    if (field.at(key).there)
      ledger.told(
        'ssh',
        `${key}: kha checks host keys against known_hosts (ssh.knownHosts)`,
        field.at(key).take().place,
      );
  if (field.at('sshAgentSocket').words() !== undefined)
    ledger.told(
      'ssh',
      'sshAgentSocket: kha asks the agent at SSH_AUTH_SOCK where no key is named',
      field.at('sshAgentSocket').place,
    );
  const login = {
    address: elsewhere,
    user: field.at('sshUsername').words(),
    port: field.at('sshPort').whole(),
    key: field.at('sshPrivateKeyFile').words(),
    jump,
  };
  return { name, address, roles: [role], login, place, node: nodeOf(name, field, role, ledger) };
}

function nodeOf(name: string, field: Field, role: Role, ledger: Ledger): NodeSettings {
  const entries = (key: string) =>
    field
      .at(key)
      .entries()
      .map(([label, one]) => setting(one, label));
  const tainted = field.at('taints');
  if (role === 'control-plane' && tainted.isList && tainted.items().length === 0)
    ledger.told(`hosts.${name}`, 'taints: [] let it take pods: give it the role worker too', tainted.place);
  return {
    labels: words('labels', name, entries('labels'), ledger),
    annotations: words('annotations', name, entries('annotations'), ledger),
    taints: taints(
      name,
      tainted.items().map((one) => ({
        taint: one.data() as Partial<Taint>,
        shown: JSON.stringify(one.data()),
        place: one.place,
      })),
      ledger,
    ),
    kubelet: kubeletOf(field.at('kubelet')),
  };
}

/** Its fields are named as those of KubeletConfiguration. */
function kubeletOf(field: Field): Record<string, unknown> | undefined {
  const entries = field.entries().map(([key, one]) => [key, one.data()] as const);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function registryOf(field: Field, ledger: Ledger): Draft['registry'] {
  const address = field.at('overwriteRegistry').words();
  if (address === undefined) return undefined;
  const { place } = field.at('overwriteRegistry');
  ledger.told('source', 'the registry has to hold kha’s bundle first: kha bundle build, then kha bundle push', place);
  if (field.at('insecureRegistry').flag())
    ledger.fill(
      'source',
      'insecureRegistry: write plainHttp: true where the registry has no TLS, or ca: FILE where its certificate is of an authority of yours',
      field.at('insecureRegistry').place,
    );
  return { address: address.replace(/^https?:\/\//, '') };
}

function mirrors(registries: Field, ledger: Ledger): Draft['mirrors'] {
  const found = registries.entries().flatMap(([registry, field]) => {
    const unchecked = field.at('tlsConfig', 'insecureSkipVerify').flag();
    const asked = field
      .at('mirrors')
      .items()
      .map((one) => ({ ...setting(one, 'registries'), unchecked }));
    const mirror = mirrorOf(registry, asked, ledger);
    return mirror === undefined ? [] : [[registry, mirror] as const];
  });
  return Object.fromEntries(found);
}
