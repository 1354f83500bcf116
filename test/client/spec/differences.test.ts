import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems } from '../../../src/client/spec/format.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { compare } from '../../../src/cluster/compare.js';
import { paint } from '../../../src/client/render/words.js';
import { refusedChanges, standing } from './changed-specs.js';
import { dual } from './wrong-families.js';
import { good } from './wrong-specs.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-differences-'));
afterAll(() => rmSync(folder, { recursive: true }));

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
  it.each<[string, string, string, RegExp[]]>([
    [
      'another IPv6 address',
      dual,
      dual.replace('fd00::21', 'fd00::22'),
      [/^11:55 hosts\[3\]\.secondaryAddress: w1 stands at another IPv6 address.*fd00::21; .*kha node replace w1/],
    ],
    [
      'a second family',
      good,
      dual,
      [/^13:14 networking\.podSubnet: .*fixed when the cluster is made/, /^14:18 networking\.serviceSubnet: /],
    ],
    ['one family less', dual, good, [/networking\.podSubnet: /, /networking\.serviceSubnet: /]],
  ])('%s is refused', async (_, before, wanted, words) => {
    const { errors } = await told(() => wanted, before);
    expect(errors).toHaveLength(words.length);
    for (const [index, one] of words.entries()) expect(errors[index]).toMatch(one);
  });

  it.each(refusedChanges)('%s is refused where it stands', async (_, from, to, wanted) => {
    const { errors } = await told(replace(from, to));
    expect(errors).toHaveLength(wanted.length);
    for (const [index, one] of wanted.entries()) expect(errors[index]).toMatch(one);
  });

  it.each<[string, (text: string) => string]>([
    ['is the same', (text) => text],
    ['has its hosts in another order', replace(/(.*m1.*\n)(.*m2.*\n)(.*m3.*\n)(.*w1.*\n)/, '$4$3$1$2')],
    ['has a new worker', replace(/.*w1.*\n/, '$&  - { name: w2, address: 10.0.0.22, roles: [worker] }\n')],
    [
      'has new control planes',
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
      (text) => `# ours\n${text}ssh: &login { port: 22 }\npreflight: { waive: [] }\n`,
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
      /^11:74 source\.registry\.digest: .*until it is restarted/,
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
    expect(text).toContain('    controlPlaneEndpoint: { type: vip, vip: 10.0.0.101, port: 8443 }');
    expect(text).toContain('2 problems; nothing was touched');
  });
});
