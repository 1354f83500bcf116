import { describe, expect, it } from 'vitest';
import { all, cluster, ini, translated, vars, yaml } from './kubespray-samples.js';
import { refusal, toFill, validated } from './translated.js';

describe('a kubespray inventory', () => {
  it('in INI form, with group_vars, becomes a spec that is read without a problem', async () => {
    const { cluster: spec } = await validated(translated(ini, vars('all', all), vars('k8s_cluster', cluster)));
    expect(spec).toMatchObject({
      name: 'prod-eu',
      kubernetesVersion: 'v1.37.2',
      controlPlaneEndpoint: { type: 'external', host: '10.20.0.200', port: 6443 },
      source: { registry: { address: 'registry.example.org:5000' } },
      networking: {
        podSubnet: '10.42.0.0/16',
        serviceSubnet: '10.43.0.0/16',
        dnsDomain: 'corp.local',
        kubeProxyMode: 'iptables',
        calico: { mtu: 1400 },
      },
      proxies: { http: 'http://proxy.example.org:3128', noProxy: ['10.0.0.0/8', '.example.org'] },
      ssh: { port: 2222, jump: { address: '203.0.113.9', user: 'ops', port: 2222 } },
    });
    expect(spec.hosts.map(({ name, address, roles }) => `${name} ${address} ${roles.join()}`)).toEqual([
      'cp1 10.20.0.11 control-plane',
      'cp2 10.20.0.12 control-plane',
      'cp3 10.20.0.13 control-plane',
      'node1 10.20.0.21 worker',
    ]);
    expect(spec.hosts.map(({ ssh }) => ssh?.user)).toEqual(['deploy', 'deploy', 'deploy', 'ubuntu']);
  });

  it('in YAML form keeps etcd where it was, and takes the address that the hosts know each other by', async () => {
    const found = translated(yaml, vars('all', all));
    const { cluster: spec } = await validated(found);
    expect(spec.hosts.map(({ name, address, roles }) => `${name} ${address} ${roles.join()}`)).toEqual([
      'cp1 10.20.0.11 control-plane',
      'cp2 10.20.0.12 control-plane',
      'cp3 10.20.0.13 control-plane,worker',
      'e1 10.20.0.31 etcd',
    ]);
    expect(spec.hosts.map(({ ssh }) => ssh?.address)).toEqual(['192.0.2.11', undefined, undefined, undefined]);
    expect(spec.networking).toMatchObject({ podSubnet: '10.233.64.0/18', serviceSubnet: '10.233.0.0/18' });
  });

  it('keeps what it could not translate as comments, with file and line, and no secret among them', () => {
    const { spec, notes } = translated(ini, vars('all', all), vars('k8s_cluster', cluster));
    expect(spec).toContain('#  group_vars/k8s_cluster.yml:9: kube_log_level: 2\n');
    expect(spec).toContain('group_vars/k8s_cluster.yml:11: kube_oidc_secret: a value that is not shown');
    expect(spec + JSON.stringify(notes)).not.toContain('hunter2');
    expect(spec).not.toContain('helm_enabled');
    expect(spec).not.toMatch(/kube_version|etcd_member_name|kube_proxy_mode/);
  });

  it.each([
    ['nothing but hosts', [], /^kubernetesVersion: no kube_version[^\n]*$/],
    [
      'no proxy on every node and no address of the API',
      [vars('all', 'loadbalancer_apiserver_localhost: false\n')],
      /controlPlaneEndpoint: the inventory names no address of the API.*free in the hosts’ network/s,
    ],
    [
      'kube-vip',
      [vars('k8s_cluster', 'kube_vip_enabled: true\nkube_vip_address: 10.20.0.250\n')],
      /^(?!.*controlPlaneEndpoint).*kubernetesVersion/s,
    ],
    [
      'a password for logins',
      [vars('all', 'ansible_password: hunter2\n')],
      /ssh: ansible_password: kha logs in with keys/,
    ],
    [
      'a password for sudo',
      [vars('all', 'ansible_become_password: hunter2\n')],
      /ssh: ansible_become_password: put sudo’s password into a file/,
    ],
    [
      'a vaulted version',
      [vars('all', 'kube_version: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3131\n')],
      /kubernetesVersion: kube_version is encrypted by ansible-vault/,
    ],
    [
      'a version that Jinja makes',
      [vars('all', "kube_version: \"{{ lookup('env', 'V') }}\"\n")],
      /kubernetesVersion: kube_version is a Jinja expression/,
    ],
    [
      'a proxy with a password',
      [vars('all', 'https_proxy: http://me:hunter2@proxy:3128\n')],
      /proxies: https_proxy holds a user or password/,
    ],
  ])('with %s says what a person has to fill in', (_what, files, expected) => {
    const found = translated(ini, ...files);
    expect(toFill(found)).toMatch(expected);
    expect(found.spec + JSON.stringify(found.notes)).not.toContain('hunter2');
  });

  it('is refused by kha validate at each place that was left to fill in', async () => {
    const refused = await refusal(() => validated(translated(ini)));
    expect(refused).toMatch(/has the wrong form/);
    expect(refused.split('\n')).toHaveLength(1);
  });

  it.each([
    [
      'kube-vip’s address',
      'kube_vip_enabled: true\nkube_vip_address: 10.20.0.250\nloadbalancer_apiserver: { address: 10.20.0.250 }\n',
      '{ type: vip, vip: 10.20.0.250 }',
    ],
    [
      'a balancer with a name',
      'apiserver_loadbalancer_domain_name: api.example.org\nloadbalancer_apiserver: { address: 10.20.0.9, port: 8383 }\n',
      '{ type: external, host: api.example.org, port: 8383 }',
    ],
    [
      'IPIP',
      'calico_network_backend: bird\ncalico_ipip_mode: Always\ncalico_vxlan_mode: Never\n',
      'calico: { encapsulation: ipip }',
    ],
    ['no encapsulation', "calico_ipip_mode: 'Never'\ncalico_vxlan_mode: 'Never'\n", 'calico: { encapsulation: none }'],
    ['a proxy on every node', 'kube_log_level: 2\n', 'controlPlaneEndpoint: { type: local }'],
    ['a former default plugin', 'kube_network_plugin: cilium\n', 'kube_network_plugin is cilium: kha installs Calico'],
    [
      'a vault as a whole',
      '$ANSIBLE_VAULT;1.1;AES256\n3131\n',
      'group_vars/all.yml is encrypted by ansible-vault as a whole',
    ],
  ])('tells %s', (_what, text, expected) => expect(translated(ini, vars('all', text)).spec).toContain(expected));

  it('lets a host’s own variables win over its groups’, and the groups’ over all', async () => {
    const files = [
      vars('all', `${all}ansible_user: a\n`),
      vars('kube_node', 'ansible_port: 22\n'),
      vars('cp1', 'ansible_user: z\n', 'host'),
    ];
    const { cluster: spec } = await validated(translated(ini, vars('k8s_cluster', cluster), ...files));
    expect(spec.hosts.map(({ ssh }) => `${ssh?.user}:${ssh?.port}`)).toEqual([
      'z:2222',
      'a:2222',
      'a:2222',
      'ubuntu:22',
    ]);
  });

  it('reads the old names of groups, and says so', () => {
    const old = ini
      .replaceAll('kube_control_plane', 'kube-master')
      .replaceAll('kube_node', 'kube-node')
      .replaceAll('k8s_cluster', 'k8s-cluster');
    const { spec, notes } = translated(old, vars('k8s-cluster', cluster), vars('all', all));
    expect(spec).toContain('name: cp1, address: 10.20.0.11');
    expect(notes.map(({ words, place }) => `${place?.line} ${words}`)).toContain(
      '13 kube-master is an old name; it was read as kube_control_plane',
    );
  });
});
