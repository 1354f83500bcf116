import { describe, expect, it } from 'vitest';
import { k0sctl, kubekey, kubeone, three } from './samples.js';
import { refusal, toFill } from './translated.js';

it.each([
  [
    'kubeone',
    kubeone.replace('host: api.example.org', 'host: ""'),
    /controlPlaneEndpoint: the manifest names no apiEndpoint.host/,
  ],
  [
    'kubeone',
    kubeone.replace('1.37.2', '1.19.3'),
    /kubernetesVersion: kha does not install v1.19.3, but any release of/,
  ],
  ['kubeone', kubeone.replace('1.37.2', 'latest'), /kubernetesVersion: latest is no version/],
  [
    'kubeone',
    `${kubeone}dynamicWorkers: [{ name: pool, replicas: 2 }]\n`,
    /hosts: kubeone makes the machines of dynamicWorkers/,
  ],
  [
    'k0sctl',
    k0sctl.replace('v1.37.2+k0s.0', '"${K0S_VERSION}"'),
    /kubernetesVersion: version is \$\{K0S_VERSION\}, which k0sctl completes/,
  ],
  [
    'k0sctl',
    k0sctl.replace('enabled: true', 'enabled: false'),
    /controlPlaneEndpoint: the file names no address of the API/,
  ],
  [
    'k0sctl',
    k0sctl.replace('ssh: { address: 10.20.0.12,', 'openSSH: { address: cp2,'),
    /hosts.control-plane-2: k0sctl reaches it by openSSH/,
  ],
  [
    'k0sctl',
    k0sctl.replace('ssh: { address: 10.20.0.12,', 'ssh: { address: cp2.example.org,'),
    /hosts.control-plane-2: k0sctl reaches control-plane-2 as cp2.example.org; kha wants its IPv4 address/,
  ],
  ['kubekey', kubekey, /ssh: password: kha logs in with keys or an agent/],
  [
    'kubekey',
    kubekey.replace('address: "10.20.0.200"', 'address: ""'),
    /controlPlaneEndpoint: the file names no address of the API/,
  ],
  [
    'kubekey',
    kubekey.replace('address: "10.20.0.200"', 'address: "10.20.0.11"'),
    /controlPlaneEndpoint: 10.20.0.11 is cp1’s own address/,
  ],
] as const)('%s: says what a person has to fill in', (tool, text, expected) =>
  expect(toFill(three[tool](text))).toMatch(expected),
);

describe('a wrong file', () => {
  it.each([
    ['kubeone', kubeone.replace('KubeOneCluster', 'Cluster'), '1:1 this is no manifest of kubeone'],
    [
      'kubeone',
      kubeone.replace('kubeone.k8c.io/v1beta3', 'kubeone.io/v1alpha1'),
      '1:13 this version of the manifest is not read',
    ],
    [
      'kubeone',
      kubeone.replace('hosts:\n    - { pub', 'nodes:\n    - { pub'),
      '8:1 no hosts of a control plane stand in the manifest',
    ],
    [
      'kubeone',
      kubeone.replace('10.20.0.12, hostname: cp2', '10.20.0.12, hostname: cp1'),
      '11:7 host cp1 is defined twice (first at kubeone.yaml:10)',
    ],
    ['k0sctl', 'kind: Cluster\n', '1:1 this is no file of k0sctl'],
    ['k0sctl', k0sctl.replace('role: worker', 'role: wroker'), '16:13 an unknown role'],
    [
      'k0sctl',
      k0sctl.replaceAll('10.20.0.13', '10.20.0.12'),
      '14:7 control-plane-3 has the address of control-plane-2 (k0sctl.yaml:12)',
    ],
    ['k0sctl', k0sctl.replace('  hosts:', '  hosst:'), '6:1 the file names no hosts'],
    [
      'kubekey',
      kubekey.replace('      - w1', '      - w2'),
      '16:9 the group worker names w2, which is no host of spec.hosts',
    ],
    [
      'kubekey',
      kubekey.replace('      - cp[1:3]', '      - cp[1:3]\n      - cp1'),
      '15:9 cp1 stands twice as control-plane',
    ],
    ['kubekey', kubekey.replace('control-plane:\n', 'registry:\n'), 'no host stands in roleGroups.control-plane'],
    ['kubekey', kubekey.replace('kind: Cluster', 'kind: Inventory'), '2:7 this kind is not read'],
    ['kubekey', kubekey.replace('metadata:', '\tmetadata:'), 'not YAML'],
  ] as const)('of %s is told where', async (tool, text, expected) =>
    expect(await refusal(() => three[tool](text))).toContain(expected),
  );
});
