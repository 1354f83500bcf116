import { describe, expect, it } from 'vitest';
import type { Translation } from '../../../src/client/import/ledger.js';
import { all, cluster, ini, translated, vars } from './kubespray-samples.js';
import { k0sctl, kubekey, kubeone, three } from './samples.js';
import { toFill, validated } from './translated.js';

const said = ({ notes }: Translation): string =>
  notes.map(({ kind, section, why, words }) => `${kind} ${section ?? why}: ${words}`).join('\n');
const spec = async (found: Translation) => (await validated(found)).cluster;

const kubespray = `etcd_data_dir: /data/etcd
etcd_quota_backend_bytes: "4294967296"
containerd_storage_dir: /data/containerd/
disable_service_firewall: true
kubelet_max_pods: 200
supplementary_addresses_in_ssl_keys: [k8s.example.org, 10.0.0.9, "not a name"]
additional_no_proxy: .corp
metrics_server_enabled: true
cilium_mtu: 1500
nodelocaldns_ip: 169.254.25.10
`;
const ofHost = `node_labels: { rack: b, node-role.kubernetes.io/control-plane: "" }
node_taints: ["dedicated=db:NoSchedule", "gpu:NoExecute", "nothing"]
`;
const mirrors = `containerd_registries_mirrors:
  - prefix: docker.io
    mirrors:
      - { host: https://registry-1.docker.io, skip_verify: false }
      - { host: http://plain.example.org }
      - { host: https://loose.example.org, skip_verify: true }
      - { host: https://mirror.example.org/v2/hub, skip_verify: false }
      - { host: https://second.example.org }
  - { prefix: _default, mirrors: [{ host: https://any.example.org }] }
`;

describe('kubespray', () => {
  const found = translated(
    ini,
    vars('all', all),
    vars('k8s_cluster', cluster + kubespray),
    vars('cp1', ofHost, 'host'),
  );
  it('says what hosts and components are told', async () => {
    const read = await spec(found);
    expect(read).toMatchObject({
      etcd: { dataDir: '/data/etcd', quotaBackendBytes: 4 * 2 ** 30 },
      containerd: { root: '/data/containerd' },
      firewall: 'named',
      kubelet: { maxPods: 200 },
      apiServer: { certSANs: ['k8s.example.org', '10.0.0.9'] },
      proxies: { noProxy: ['10.0.0.0/8', '.example.org', '.corp'] },
    });
    expect(read.hosts[0]).toMatchObject({
      labels: { rack: 'b' },
      taints: [
        { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
        { key: 'gpu', effect: 'NoExecute' },
      ],
    });
  });
  it.each([
    'told apiServer: supplementary_addresses_in_ssl_keys: not a name is no DNS name',
    'told hosts.cp1: labels: kha does not take node-role.kubernetes.io/control-plane=',
    'told hosts.cp1: taints: kha does not take nothing',
    'told firewall: kubespray switched firewalld off; kha leaves it alone',
    'told networking: kubespray runs NodeLocalDNS on every node',
    'left as kha installs CoreDNS alone, without NodeLocalDNS: nodelocaldns_ip',
    'left an add-on: kha applies manifests and charts of your own, as addons: [{ name, file }] (or url, or chart): metrics_server_enabled: true',
    'left of a network that kha does not install: one of your own is networking.cni: { addons: […] }: cilium_mtu',
  ])('tells: %s', (words) => expect(said(found)).toContain(words));

  it('leaves SELinux as it is where kubespray did', () =>
    expect(translated(ini, vars('all', 'preinstall_selinux_state: enforcing\n')).spec).toContain('selinux: enforcing'));

  it('asks one mirror of a registry, the first that is asked by checked HTTPS, and tells of the others', () => {
    const internet = translated(ini, vars('all', mirrors));
    expect(internet.spec).toContain('source: { internet: { mirrors: { docker.io: mirror.example.org/hub } } }');
    for (const words of [
      'docker.io is not asked at plain.example.org: kha asks mirrors by HTTPS',
      'docker.io is not asked at loose.example.org: kha asks mirrors by HTTPS',
      'second.example.org was left out, as kha asks one mirror of docker.io',
      '_default is not asked at any.example.org: kha asks mirrors of registries by name',
      'kha asks mirror.example.org/hub in place of docker.io, and where it lacks an image nobody else',
    ])
      expect(said(internet)).toContain(words);
    expect(said(internet)).not.toContain('registry-1');
    const beside = translated(ini, vars('all', mirrors + all));
    expect(beside.spec).toContain('source: { registry: { address: "registry.example.org:5000" } }'.replaceAll('"', ''));
    expect(said(beside)).toContain('left of registries, of which kha asks those of its source alone: containerd_regis');
  });

  it.each([
    ['etcd_data_dir: /etc/etcd\n', 'etcd: etcd_data_dir is /etc/etcd, which kha does not take'],
    ['etcd_data_dir: "{{ disk }}/etcd"\n', 'etcd: etcd_data_dir is a Jinja expression'],
    ['node_labels: "{{ rack_labels }}"\n', 'hosts.cp1: node_labels is a Jinja expression'],
    ['containerd_registries_mirrors: docker.io\n', 'source: containerd_registries_mirrors is no list: docker.io'],
  ])('leaves %j to a person', (text, words) => expect(toFill(translated(ini, vars('all', text)))).toContain(words));
});

it('kubekey: folders, names, labels, mirrors and its own kubelet’s fields', async () => {
  const text = kubekey
    .replace('port: 8022,', 'port: 8022, labels: { disk: ssd },')
    .replace('maxPods: 200', 'maxPods: 200\n    apiserverCertExtraSans: [k8s.example.org]\n    nodelocaldns: false')
    .replace('registryMirrors: []', 'registryMirrors: [https://mirror.example.org]\n    containerdDataDir: /data/c')
    .replace(
      '  network:\n',
      '  etcd: { dataDir: /data/etcd, quotaBackendBytes: 4294967296, metrics: basic }\n  network:\n',
    );
  const found = three.kubekey(text);
  expect(found.spec).toContain('source: { internet: { mirrors: { docker.io: mirror.example.org } } }');
  expect(await spec(found)).toMatchObject({
    etcd: { dataDir: '/data/etcd', quotaBackendBytes: 4 * 2 ** 30 },
    containerd: { root: '/data/c' },
    kubelet: { maxPods: 200 },
    apiServer: { certSANs: ['k8s.example.org'] },
    hosts: [{}, {}, {}, { labels: { disk: 'ssd' } }],
  });
  expect(said(found)).not.toContain('NodeLocalDNS');
  expect(said(found)).toContain('left of etcd, which kha sets up itself: spec.etcd.metrics: basic');
  expect(said(found)).toContain('told firewall: kubekey switches firewalld and ufw off');
});

it('kubekey: a registry with a namespace and a login, and a proxy on every worker', () => {
  const found = three.kubekey(
    kubekey
      .replace('privateRegistry: ""', 'privateRegistry: hub.example.org\n    namespaceOverride: k8s')
      .replace(
        'registryMirrors: []',
        'auths: { hub.example.org: { username: kk, password: hunter2, plainHTTP: true } }',
      )
      .replace('address: "10.20.0.200"', 'address: ""\n    internalLoadbalancer: haproxy'),
  );
  expect(found.spec).toContain('source: { registry: { address: hub.example.org/k8s, plainHttp: true } }');
  expect(found.spec).toContain('controlPlaneEndpoint: { type: local }');
  expect(toFill(found)).toContain('source: auths: put the password into a file');
  expect(found.spec).not.toContain('hunter2');
});

it('kubeone: labels, taints, kubelets, names, mirrors', async () => {
  const found = three.kubeone(
    `${kubeone.replace('labels: { rack: b }', 'labels: { rack: b, old-: "" }\n      taints: [{ key: gpu, effect: NoSchedule }]\n      kubelet: { maxPods: 50 }')}containerRuntime: { containerd: { registries: { docker.io: { mirrors: [https://mirror.example.org] } } } }\ncontrolPlaneComponents: { etcd: { quotaBackendBytes: 4294967296 } }\n`,
  );
  const read = await spec(found);
  expect(read.hosts[3]).toMatchObject({
    labels: { rack: 'b' },
    taints: [{ key: 'gpu', effect: 'NoSchedule' }],
    kubelet: { maxPods: 50 },
  });
  expect(read).toMatchObject({
    apiServer: { certSANs: ['k8s.example.org'] },
    etcd: { quotaBackendBytes: 4 * 2 ** 30 },
  });
  expect(found.spec).toContain('source: { internet: { mirrors: { docker.io: mirror.example.org } } }');
  expect(said(found)).toContain('labels: kha does not take old-=');
});

it('k0sctl: names, proxies that the hosts share, and a proxy to the API on every worker', async () => {
  const environment = 'environment: { HTTPS_PROXY: http://p:3128, NO_PROXY: "10.0.0.0/8,.corp", PATH: /bin }';
  const found = three.k0sctl(
    k0sctl
      .replaceAll('- role: controller\n', `- role: controller\n      ${environment}\n`)
      .replace('telemetry:', 'api: { sans: [k8s.example.org] }\n        telemetry:')
      .replace(
        'controlPlaneLoadBalancing:\n            enabled: true',
        'nodeLocalLoadBalancing: { enabled: true }\n          controlPlaneLoadBalancing:\n            enabled: false',
      ),
  );
  expect(await spec(found)).toMatchObject({
    proxies: { https: 'http://p:3128', noProxy: ['10.0.0.0/8', '.corp'] },
    apiServer: { certSANs: ['k8s.example.org'] },
    controlPlaneEndpoint: { type: 'local' },
  });
  expect(said(found)).toContain('spec.hosts.0.environment.PATH');
});
