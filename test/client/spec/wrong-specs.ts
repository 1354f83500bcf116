/** A spec that nothing is wrong with. */
export const good = `apiVersion: kubernetes-ha.io/v1alpha1
kind: Cluster
name: prod
kubernetesVersion: v1.37.2
controlPlaneEndpoint: { type: vip, vip: 10.0.0.100 }
source: { registry: { address: "10.0.0.2:5000", plainHttp: true } }
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
`;

/** The good spec with one thing made wrong. */
export const changed = (from: string, to: string): string => {
  if (!good.includes(from)) throw new Error(`the good spec has no ${from}`);
  return good.replace(from, to);
};

export type Wrong = readonly [what: string, text: string, line: number, column: number, path: string, message: RegExp];

/** Specs with one thing wrong each, and where and how that is told. */
export const wrongSpecs: readonly Wrong[] = [
  [
    'a misspelt key',
    changed('kubernetesVersion:', 'kubernetesVersoin:'),
    4,
    1,
    'kubernetesVersoin',
    /unknown key "kubernetesVersoin"; did you mean kubernetesVersion\?/,
  ],
  [
    'a misspelt key of a host',
    changed('name: w1, address:', 'name: w1, adress:'),
    11,
    17,
    'hosts[3].adress',
    /did you mean address\?/,
  ],
  ['a key that nothing is near to', `${good}banana: 1\n`, 12, 1, 'banana', /^unknown key "banana"$/],
  ['a missing field', changed('name: prod\n', ''), 1, 1, 'name', /is missing/],
  ['a missing field of a host', changed(', roles: [worker]', ''), 11, 5, 'hosts[3].roles', /is missing/],
  ['a misspelt role', changed('[worker]', '[worke]'), 11, 45, 'hosts[3].roles[0]', /did you mean worker\?/],
  ['an unknown role', changed('[worker]', '[queen]'), 11, 45, 'hosts[3].roles[0]', /not one of the known values/],
  ['no role', changed('[worker]', '[]'), 11, 44, 'hosts[3].roles', /too small/],
  ['a role twice', changed('[worker]', '[worker, worker]'), 11, 44, 'hosts[3].roles', /a role stands twice/],
  ['another kind', changed('kind: Cluster', 'kind: Custer'), 2, 7, 'kind', /did you mean Cluster\?/],
  [
    'another apiVersion',
    changed('kubernetes-ha.io/v1alpha1', 'kubernetes-ha/v2'),
    1,
    13,
    'apiVersion',
    /not one of the known values/,
  ],
  ['an unsupported version', changed('v1.37.2', 'v1.20.0'), 4, 20, 'kubernetesVersion', /not supported/],
  ['a minor that kha does not know yet', changed('v1.37.2', 'v1.38.0'), 4, 20, 'kubernetesVersion', /not supported/],
  ['a patch release with a zero before it', changed('v1.37.2', 'v1.37.02'), 4, 20, 'kubernetesVersion', /wrong form/],
  ['no version at all', changed('v1.37.2', 'latest'), 4, 20, 'kubernetesVersion', /wrong form/],
  ['a version that YAML takes for a number', changed('v1.37.2', '1.37'), 4, 20, 'kubernetesVersion', /wrong type/],
  ['a name in capitals', changed('name: prod', 'name: Prod'), 3, 7, 'name', /wrong form/],
  ['a wrong address', changed('10.0.0.21', '10.0.0.256'), 11, 26, 'hosts[3].address', /wrong form/],
  ['the same name twice', changed('name: w1', 'name: m1'), 11, 13, 'hosts[3].name', /the same name as hosts\[0\]/],
  [
    'the same address twice',
    changed('10.0.0.21', '10.0.0.11'),
    11,
    26,
    'hosts[3].address',
    /the same address as hosts\[0\]/,
  ],
  ['no hosts', good.slice(0, good.indexOf('hosts:')) + 'hosts: []\n', 7, 8, 'hosts', /too small/],
  ['no control plane', good.replaceAll('control-plane', 'worker'), 8, 3, 'hosts', /no host has the role control-plane/],
  ['an unknown endpoint', changed('type: vip', 'type: vipp'), 5, 31, 'controlPlaneEndpoint.type', /did you mean vip\?/],
  [
    'a virtual address that a host has',
    changed('10.0.0.100', '10.0.0.11'),
    5,
    41,
    'controlPlaneEndpoint.vip',
    /is that of host m1/,
  ],
  [
    'a virtual address elsewhere',
    changed('10.0.0.100', '172.16.0.1'),
    5,
    41,
    'controlPlaneEndpoint.vip',
    /outside the networks/,
  ],
  [
    'a virtual address among the pods',
    changed('10.0.0.100', '192.168.3.4'),
    5,
    41,
    'controlPlaneEndpoint.vip',
    /lies in networking.podSubnet/,
  ],
  [
    'a port beyond all ports',
    changed('vip: 10.0.0.100', 'vip: 10.0.0.100, port: 70000'),
    5,
    59,
    'controlPlaneEndpoint.port',
    /too large/,
  ],
  [
    'overlapping networks',
    `${good}networking: { podSubnet: 10.96.0.0/12 }\n`,
    12,
    13,
    'networking.serviceSubnet',
    /overlaps the pod network/,
  ],
  [
    'hosts among the pods',
    `${good}networking: { podSubnet: 10.0.0.0/16 }\n`,
    8,
    26,
    'hosts[0].address',
    /lies in networking.podSubnet/,
  ],
  [
    'a network that is too small',
    `${good}networking: { podSubnet: 192.168.0.0/28 }\n`,
    12,
    26,
    'networking.podSubnet',
    /too small/,
  ],
  [
    'a network that is none',
    `${good}networking: { podSubnet: 192.168.0.0 }\n`,
    12,
    26,
    'networking.podSubnet',
    /wrong form/,
  ],
  [
    'a password in the spec',
    changed('plainHttp: true', 'credentials: { username: a, password: hunter2 }'),
    6,
    87,
    'source.registry.credentials.password',
    /wrong form/,
  ],
  [
    'a registry with a scheme',
    changed('10.0.0.2:5000', 'http://10.0.0.2:5000'),
    6,
    32,
    'source.registry.address',
    /wrong form/,
  ],
  ['text for true', changed('plainHttp: true', 'plainHttp: "yes"'), 6, 60, 'source.registry.plainHttp', /wrong type/],
  ['an unknown gate', `${good}gates: [before-change]\n`, 12, 9, 'gates[0]', /did you mean before-changes\?/],
  ['a gate twice', `${good}gates: [before-changes, before-changes]\n`, 12, 25, 'gates[1]', /stands twice/],
  [
    'a waiver of nothing',
    `${good}preflight: { waive: [memry] }\n`,
    12,
    22,
    'preflight.waive[0]',
    /no problem of this name/,
  ],
  [
    'a waiver that would not help',
    `${good}preflight: { waive: [cpu, os] }\n`,
    12,
    27,
    'preflight.waive[1]',
    /os cannot be waived: the bundle’s packages cannot be installed there/,
  ],
  [
    'a waiver of a processor',
    `${good}preflight: { waive: [architecture] }\n`,
    12,
    22,
    'preflight.waive[0]',
    /architecture cannot be waived: the bundle’s programs do not run there/,
  ],
  [
    'a password in a proxy’s URL',
    `${good}proxies: { https: "http://proxy:3128", http: "http://me:secret@proxy:3128" }\n`,
    12,
    46,
    'proxies.http',
    /would be read by whoever may read the spec/,
  ],
  ['a proxy that is no URL', `${good}proxies: { http: "proxy:3128" }\n`, 12, 18, 'proxies.http', /wrong form/],
  [
    'a list that repeats itself',
    `${good.slice(0, good.indexOf('hosts:'))}hosts: &a [*a]\n`,
    7,
    12,
    '',
    /the alias \*a stands inside what it repeats/,
  ],
  [
    'a map that repeats itself, deep down',
    `${good}kubelet: &k { a: { b: [1, *k] } }\n`,
    12,
    27,
    '',
    /\*k stands inside/,
  ],
  ['a merge key that repeats itself', `${good}kubelet: &k { <<: *k }\n`, 12, 19, '', /\*k stands inside/],
  ['a merge of no map', `${good}kubelet: { <<: 1 }\n`, 12, 12, '', /Merge sources must be maps/],
  ['a spec inside itself', `&r\n${good}kubelet: *r\n`, 13, 10, '', /\*r stands inside/],
  [
    'aliases of aliases',
    `${good}addons: [&a [x, x, x, x, x], &b [*a, *a, *a, *a, *a], &c [*b, *b, *b, *b, *b], [*c, *c, *c, *c, *c]]\n`,
    12,
    34,
    '',
    /Excessive alias count/,
  ],
  [
    'a load balancer of an external endpoint',
    changed('{ type: vip, vip: 10.0.0.100 }', '{ type: external, host: k8s }').replace('[worker]', '[load-balancer]'),
    11,
    44,
    'hosts[3].roles',
    /needs no hosts for load balancers/,
  ],
  ['a list for the whole', '- a\n- b\n', 1, 1, '', /wrong type/],
  ['text for the whole', 'hello\n', 1, 1, '', /wrong type/],
  ['hosts that are a map', good.slice(0, good.indexOf('hosts:')) + 'hosts: { m1: 1 }\n', 7, 8, 'hosts', /wrong type/],
  ['a key twice', `${good}name: other\n`, 12, 1, '', /not YAML: Map keys must be unique/],
  ['a bracket left open', changed('[worker]', '[worker'), 11, 52, '', /not YAML/],
  ['a tab', changed('  - { name: m1', '\t- { name: m1'), 8, 1, '', /not YAML/],
  ['an alias to nothing', changed('name: prod', 'name: *nobody'), 3, 7, '', /alias/i],
  ['two documents', `${good}---\n${good}`, 12, 1, '', /second document/],
  ['comments only', '# nothing\n', 1, 1, '', /no cluster/],
];
