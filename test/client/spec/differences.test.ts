import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems } from '../../../src/client/spec/format.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { compare } from '../../../src/cluster/compare.js';
import { paint } from '../../../src/client/render/words.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-differences-'));
afterAll(() => rmSync(folder, { recursive: true }));

const standing = `apiVersion: kubernetes-ha/v1
kind: Cluster
name: prod
kubernetes: v1.37.2
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
endpoint: { type: keepalived, vip: 10.0.0.100, port: 8443 }
registry: { address: "10.0.0.2:5000", plainHttp: true }
network:
  pods: 192.168.0.0/16
  services: 10.96.0.0/12
kubelet: { maxPods: 110 }
addons: [dashboard]
proxies: { http: "http://10.0.0.3:3128" }
`;

/** What is told of a file that was changed since it was applied: its places and words, and its warnings apart. */
async function told(change: (text: string) => string, from = standing) {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [before, wanted] = await Promise.all([
    readSpec(write('before.yaml', from)),
    readSpec(write('wanted.yaml', change(from))),
  ]);
  const problems = wanted.locate(compare(before.cluster, wanted.cluster));
  const lines = (severity: string): string[] =>
    problems
      .filter((one) => one.severity === severity)
      .map(
        ({ line, column, path, message, found, expected }) =>
          `${line}:${column} ${path}: ${message} | ${found} | ${expected}`,
      );
  return { errors: lines('error'), warnings: lines('warning'), problems, wanted };
}

const replace = (from: string | RegExp, to: string) => (text: string) => {
  expect(text).toMatch(from);
  return text.replace(from, to);
};

describe('a file that was changed since it was applied', () => {
  it.each<[string, string | RegExp, string, RegExp[]]>([
    ['another name', 'name: prod', 'name: stage', [/^3:7 name: .*marked with it \| stage \| prod/]],
    [
      'a worker that is gone',
      /.*w1.*\n/,
      '',
      [/^5:1 hosts: w1 \(10\.0\.0\.21, worker\) is part of the cluster.*kha node remove w1 \(not built yet\)/],
    ],
    ['a master that is gone', /.*m1.*\n/, '', [/^5:1 hosts: m1 .*kha node remove m1 /]],
    ['a renamed worker', 'name: w1', 'name: w2', [/^9:13 hosts\[3\]\.name: 10\.0\.0\.21 stands as w1.*\| w2 \| w1/]],
    [
      'another address',
      '10.0.0.21',
      '10.0.0.22',
      [/^9:26 hosts\[3\]\.address: w1 stands at another address.*10\.0\.0\.21; .*kha node replace w1/],
    ],
    [
      'another address of a host and its old one elsewhere',
      /(.*)w1, address: 10\.0\.0\.21(.*)/,
      '$1w1, address: 10.0.0.22$2\n$1w2, address: 10.0.0.21$2',
      [/^9:26 hosts\[3\]\.address/],
    ],
    [
      'a worker that became a control plane',
      'roles: [worker]',
      'roles: [control-plane]',
      [/^9:44 hosts\[3\]\.roles: w1 stands without a control plane/],
    ],
    [
      'a control plane that became a worker',
      /(m3.*)\[control-plane\]/,
      '$1[worker]',
      [/^8:44 hosts\[2\]\.roles: m3 stands as a control plane/],
    ],
    [
      'a control plane that is to take pods',
      /(m3.*)\[control-plane\]/,
      '$1[control-plane, worker]',
      [/^8:44 hosts\[2\]\.roles: m3 stands with the taint/],
    ],
    [
      'a worker that is none',
      'roles: [worker]',
      'roles: [load-balancer]',
      [/^9:44 hosts\[3\]\.roles: m1, m2, m3 carry the API’s address.*; w1 stands as a worker/],
    ],
    [
      'etcd on the worker',
      'roles: [worker]',
      'roles: [worker, etcd]',
      [/^9:44 hosts\[3\]\.roles: etcd stands on m1, m2, m3 and does not move/],
    ],
    [
      'etcd on fewer masters',
      /(m1.*)\[control-plane\]/,
      '$1[control-plane, etcd]',
      [/^6:44 hosts\[0\]\.roles: etcd stands on m1, m2, m3/],
    ],
    [
      'etcd on a new host',
      /(.*)w1, address: 10\.0\.0\.21, roles: \[worker\](.*)/,
      '$&\n$1e1, address: 10.0.0.31, roles: [etcd]$2',
      [/^10:44 hosts\[4\]\.roles: etcd stands on m1, m2, m3/],
    ],
    [
      'a load balancer of its own',
      /(.*)w1, address: 10\.0\.0\.21, roles: \[worker\](.*)/,
      '$&\n$1l1, address: 10.0.0.31, roles: [load-balancer]$2',
      [/^10:44 hosts\[4\]\.roles: m1, m2, m3 carry/],
    ],
    [
      'another kind of endpoint',
      '{ type: keepalived, vip: 10.0.0.100, port: 8443 }',
      '{ type: external, host: api.example.org }',
      [/^10:19 endpoint\.type: .*every certificate.*\| external \| keepalived/],
    ],
    [
      'another virtual address',
      '10.0.0.100',
      '10.0.0.101',
      [/^10:36 endpoint\.vip: .*\| 10\.0\.0\.101 \| 10\.0\.0\.100/],
    ],
    ['another port', '8443', '9443', [/^10:54 endpoint\.port: /]],
    ['another registry', '10.0.0.2:5000', '10.0.0.2:5001', [/^11:22 registry\.address: .*static pods/]],
    [
      'other pods',
      '192.168.0.0/16',
      '172.30.0.0/16',
      [/^13:9 network\.pods: .*\| 172\.30\.0\.0\/16 \| 192\.168\.0\.0\/16; a change takes another cluster/],
    ],
    ['other services', '10.96.0.0/12', '10.112.0.0/12', [/^14:13 network\.services: /]],
    [
      'another domain',
      '  pods:',
      '  domain: prod.local\n  pods:',
      [/^13:11 network\.domain: .*\| prod\.local \| cluster\.local/],
    ],
    [
      'another encapsulation',
      '  pods:',
      '  calico: { encapsulation: ipip }\n  pods:',
      [/^13:28 network\.calico\.encapsulation: /],
    ],
    [
      'another MTU',
      '  pods:',
      '  calico: { mtu: 1400 }\n  pods:',
      [/^13:18 network\.calico\.mtu: .*\| 1400 \| nothing/],
    ],
    ['another proxy mode', '  pods:', '  proxy: ipvs\n  pods:', [/^13:10 network\.proxy: .*kube-proxy keeps the mode/]],
    [
      'other settings of the kubelet',
      'maxPods: 110',
      'maxPods: 50, serializeImagePulls: false',
      [
        /^15:21 kubelet\.maxPods: .*kubelets keep.*\| 50 \| 110/,
        /^15:46 kubelet\.serializeImagePulls: .*\| false \| nothing/,
      ],
    ],
    [
      'a setting of the kubelet less',
      '{ maxPods: 110 }',
      '{}',
      [/^15:1\d? kubelet\.maxPods: the cluster stands with it.*\| nothing \| 110/],
    ],
    [
      'proxies that are gone',
      /proxies.*\n/,
      '',
      [/^1:1 proxies: .*nothing takes containerd’s proxies away.*proxies: \{\}/],
    ],
  ])('%s is refused where it stands', async (_, from, to, wanted) => {
    const { errors } = await told(replace(from, to));
    expect(errors).toHaveLength(wanted.length);
    for (const [index, one] of wanted.entries()) expect(errors[index]).toMatch(one);
  });

  it.each<[string, (text: string) => string]>([
    ['is the same', (text) => text],
    ['has its hosts in another order', replace(/(.*m1.*\n)(.*m2.*\n)(.*m3.*\n)(.*w1.*\n)/, '$4$3$1$2')],
    ['has a new worker', replace(/.*w1.*\n/, '$&  - { name: w2, address: 10.0.0.22, roles: [worker] }\n')],
    [
      'has new masters',
      replace(
        /.*m3.*\n/,
        '$&  - { name: m4, address: 10.0.0.14, roles: [control-plane] }\n  - { name: m5, address: 10.0.0.15, roles: [control-plane] }\n',
      ),
    ],
    ['names etcd where it is anyway', (text) => text.replaceAll('[control-plane]', '[control-plane, etcd]')],
    [
      'names load balancers where they are anyway',
      (text) => text.replaceAll('[control-plane]', '[control-plane, load-balancer]'),
    ],
    [
      'has another way in, other gates and waivers',
      (text) => `${text}ssh: { user: kha, key: /keys/other }\ngates: []\npreflight: { waive: [memory] }\n`,
    ],
    ['has another VRRP id', replace('port: 8443', 'port: 8443, virtualRouterId: 77')],
    ['has an add-on more', replace('[dashboard]', '[dashboard, metrics-server]')],
    [
      'has other credentials of the registry',
      replace('plainHttp: true', 'plainHttp: true, credentials: { username: kha, password: env:P }'),
    ],
    ['has another proxy', replace('10.0.0.3', '10.0.0.4')],
    [
      'has comments, anchors and defaults written out',
      (text) => `# ours\n${text}etcd: { tls: true }\nruntime: { type: containerd }\n`,
    ],
  ])('passes where it %s', async (_, change) => {
    const { errors, warnings } = await told(change);
    expect([...errors, ...warnings]).toEqual([]);
  });

  it.each<[string, string | RegExp, string, RegExp]>([
    ['an add-on less', '[dashboard]', '[]', /^16:9 addons: .*kubectl delete -f/],
    [
      'a pinned bundle',
      'plainHttp: true',
      `plainHttp: true, digest: "sha256:${'0'.repeat(64)}"`,
      /^11:63 registry\.digest: .*until it is restarted/,
    ],
  ])('is warned of for %s', async (_, from, to, words) => {
    const { errors, warnings } = await told(replace(from, to));
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it('is warned of for the first workers, as the control planes keep no pods away', async () => {
    const alone = standing.replace(/.*w1.*\n/, '');
    const { errors, warnings } = await told(
      replace(/.*m3.*\n/, '$&  - { name: w1, address: 10.0.0.21, roles: [worker] }\n'),
      alone,
    );
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^9:5 hosts\[3\]: .*kubectl taint nodes m1 m2 m3 /)]);
  });

  it('tells a dedicated etcd member that is new, gone or moved', async () => {
    const dedicated = standing.replace(
      /.*w1.*\n/,
      [1, 2, 3].map((n) => `  - { name: e${n}, address: 10.0.0.3${n}, roles: [etcd] }\n`).join(''),
    );
    const more = await told(replace(/.*e3.*\n/, '$&  - { name: e4, address: 10.0.0.34, roles: [etcd] }\n'), dedicated);
    expect(more.errors).toEqual([
      expect.stringMatching(/^12:44 hosts\[6\]\.roles: etcd stands on e1, e2, e3, and a member/),
    ]);
    expect((await told(replace(/.*e3.*\n/, ''), dedicated)).errors).toEqual([expect.stringMatching(/^5:1 hosts: e3 /)]);
    const further = await told(
      replace(/.*m3.*\n/, '$&  - { name: m4, address: 10.0.0.14, roles: [control-plane] }\n'),
      dedicated,
    );
    expect(further.errors).toEqual([]);
  });

  it('is told all at once, with the lines themselves and what to do', async () => {
    const { problems, wanted } = await told((text) =>
      replace('10.0.0.100', '10.0.0.101')(replace(/.*w1.*\n/, '')(text)),
    );
    const text = formatProblems(problems, wanted.text, paint(false));
    expect(text).toContain('wanted.yaml:5:1 error hosts: w1');
    expect(text).toContain('    endpoint: { type: keepalived, vip: 10.0.0.101, port: 8443 }');
    expect(text).toContain('2 problems; nothing was touched');
  });
});
