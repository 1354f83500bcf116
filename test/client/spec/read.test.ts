import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems } from '../../../src/client/spec/format.js';
import { SpecProblems, type Problem } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { template } from '../../../src/client/spec/template.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: string | Buffer): string {
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, content);
  return file;
}

async function problemsOf(file: string): Promise<readonly Problem[]> {
  try {
    return (await readSpec(file)).warnings;
  } catch (error) {
    if (error instanceof SpecProblems) return error.problems;
    throw error;
  }
}

const good = `apiVersion: kubernetes-ha/v1
kind: Cluster
name: prod
kubernetes: v1.37.2
endpoint: { type: keepalived, vip: 10.0.0.100 }
registry: { address: "10.0.0.2:5000", plainHttp: true }
hosts:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
`;
const changed = (from: string, to: string): string => {
  if (!good.includes(from)) throw new Error(`the good spec has no ${from}`);
  return good.replace(from, to);
};

describe('a good spec', () => {
  it('is read without a word', async () => expect(await problemsOf(written(good))).toEqual([]));
  it('is what kha init writes', async () => expect(await problemsOf(written(template))).toEqual([]));

  it('may use anchors, aliases and merges', async () => {
    const spec = good
      .replace('registry:', 'ssh: &login { user: admin }\nregistry:')
      .replace('roles: [worker] }', 'roles: [worker], ssh: { <<: *login, port: 2222 } }');
    const { cluster } = await readSpec(written(spec));
    expect(cluster.hosts[3]?.ssh).toEqual({ user: 'admin', port: 2222 });
  });

  it('has its paths made absolute, from its own folder', async () => {
    const { cluster } = await readSpec(
      written(`${good}ssh: { key: keys/id, passphrase: file:secret, knownHosts: ~/known }\n`),
    );
    expect(cluster.ssh).toMatchObject({
      key: join(folder, 'keys/id'),
      passphrase: `file:${join(folder, 'secret')}`,
      knownHosts: join(homedir(), 'known'),
    });
  });
});

describe('a wrong spec', () => {
  // [what, text, line, column, path, message]
  it.each([
    [
      'a misspelt key',
      changed('kubernetes:', 'kubernets:'),
      4,
      1,
      'kubernets',
      /unknown key "kubernets"; did you mean kubernetes\?/,
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
      changed('kubernetes-ha/v1', 'kubernetes-ha/v2'),
      1,
      13,
      'apiVersion',
      /not one of the known values/,
    ],
    ['an unsupported version', changed('v1.37.2', 'v1.20.0'), 4, 13, 'kubernetes', /not supported/],
    ['no version at all', changed('v1.37.2', 'latest'), 4, 13, 'kubernetes', /wrong form/],
    ['a version that YAML takes for a number', changed('v1.37.2', '1.37'), 4, 13, 'kubernetes', /wrong type/],
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
    [
      'no control plane',
      good.replaceAll('control-plane', 'worker'),
      8,
      3,
      'hosts',
      /no host has the role control-plane/,
    ],
    [
      'an unknown endpoint',
      changed('type: keepalived', 'type: keepalive'),
      5,
      19,
      'endpoint.type',
      /did you mean keepalived\?/,
    ],
    [
      'a virtual address that a host has',
      changed('10.0.0.100', '10.0.0.11'),
      5,
      36,
      'endpoint.vip',
      /is that of host m1/,
    ],
    ['a virtual address elsewhere', changed('10.0.0.100', '172.16.0.1'), 5, 36, 'endpoint.vip', /outside the networks/],
    [
      'a virtual address among the pods',
      changed('10.0.0.100', '192.168.3.4'),
      5,
      36,
      'endpoint.vip',
      /lies in network.pods/,
    ],
    [
      'haproxy on the API server’s port',
      changed('vip: 10.0.0.100', 'vip: 10.0.0.100, port: 6443'),
      5,
      54,
      'endpoint.port',
      /listens on 6443/,
    ],
    [
      'a port beyond all ports',
      changed('vip: 10.0.0.100', 'vip: 10.0.0.100, port: 70000'),
      5,
      54,
      'endpoint.port',
      /too large/,
    ],
    [
      'overlapping networks',
      `${good}network: { pods: 10.96.0.0/12 }\n`,
      12,
      10,
      'network.services',
      /overlaps the pod network/,
    ],
    [
      'hosts among the pods',
      `${good}network: { pods: 10.0.0.0/16 }\n`,
      8,
      26,
      'hosts[0].address',
      /lies in network.pods/,
    ],
    ['a network that is too small', `${good}network: { pods: 192.168.0.0/28 }\n`, 12, 18, 'network.pods', /too small/],
    ['a network that is none', `${good}network: { pods: 192.168.0.0 }\n`, 12, 18, 'network.pods', /wrong form/],
    [
      'a password in the spec',
      changed('plainHttp: true', 'credentials: { username: a, password: hunter2 }'),
      6,
      77,
      'registry.credentials.password',
      /wrong form/,
    ],
    [
      'a registry with a scheme',
      changed('10.0.0.2:5000', 'http://10.0.0.2:5000'),
      6,
      22,
      'registry.address',
      /wrong form/,
    ],
    ['text for true', changed('plainHttp: true', 'plainHttp: "yes"'), 6, 50, 'registry.plainHttp', /wrong type/],
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
      'a load balancer of an external endpoint',
      changed('{ type: keepalived, vip: 10.0.0.100 }', '{ type: external, host: k8s }').replace(
        '[worker]',
        '[load-balancer]',
      ),
      11,
      44,
      'hosts[3].roles',
      /needs no load balancer/,
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
  ])('%s', async (_what, text, line, column, path, message) => {
    const problems = await problemsOf(written(text));
    expect(problems.map((one) => `${one.line}:${one.column} ${one.path} ${one.message}`).join('\n')).toContain(
      `${line}:${column} ${path} `,
    );
    const [found] = problems.filter((one) => one.line === line && one.column === column);
    expect(found?.message).toMatch(message);
    expect(found?.severity).toBe('error');
    expect(found?.expected).not.toBe('');
  });

  it.each([
    ['an empty file', '', /empty/],
    ['a binary file', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), /binary/],
    ['a file that is no text', Buffer.from([0xff, 0xfe, 0xfa]), /UTF-8/],
    ['ten megabytes', '#'.repeat(10_000_000), /too large/],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
        .join('\n')}\n`,
      /alias/,
    ],
  ])('%s', async (_what, content, message) => {
    const [found] = await problemsOf(written(content));
    expect(found).toMatchObject({ line: 1, column: 1, severity: 'error' });
    expect(found?.message).toMatch(message);
  });

  it('that is not there, or a directory', async () => {
    expect((await problemsOf(join(folder, 'nowhere.yaml')))[0]?.message).toMatch(/no such file/);
    mkdirSync(join(folder, 'dir'), { recursive: true });
    expect((await problemsOf(join(folder, 'dir')))[0]).toMatchObject({ found: 'a directory' });
  });

  it('gets all of its problems at once, in the order of its lines', async () => {
    const text = good
      .replace('prod', 'PROD')
      .replace('v1.37.2', '1')
      .replace('[worker]', '[worke]')
      .replace('name: m2', 'name: m1');
    expect((await problemsOf(written(text))).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '3 name',
      '4 kubernetes',
      '9 hosts[1].name',
      '11 hosts[3].roles[0]',
    ]);
  });

  it.each([
    ['one etcd member', good.replace(/ {2}- \{ name: m[23].*\n/g, ''), /lost with its host/],
    ['an even number of members', good.replace(/ {2}- \{ name: m3.*\n/, ''), /even number/],
    ['a virtual address that may be elsewhere', changed('10.0.0.100', '10.0.9.100'), /may be outside/],
  ])('is only warned of %s', async (_what, text, message) => {
    const { warnings } = await readSpec(written(text));
    expect(warnings.map((one) => one.message).join()).toMatch(message);
    expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('is shown with the line and a mark under the place', async () => {
    const text = changed('10.0.0.21', '10.0.0.256');
    const shown = formatProblems(await problemsOf(written(text)), text, (_style, words) => words);
    expect(shown).toContain(
      `cluster.yaml:11:26 error hosts[3].address: has the wrong form\n      - { name: w1, address: 10.0.0.256, roles: [worker] }\n    ${' '.repeat(25)}^`,
    );
    expect(shown).toContain('1 problem; nothing was touched');
  });
});

it('answers whatever is written, and never breaks', async () => {
  const edit = fc.tuple(
    fc.nat(good.length),
    fc.nat(12),
    fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('{', '}', '[', '- ', ': ', '&a', '*a', '<<: ', '\t', '"', '|', '>', '!!binary ', '? '),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 4 }), async (edits) => {
      const text = edits.reduce((now, [at, length, put]) => now.slice(0, at) + put + now.slice(at + length), good);
      for (const { line, column } of await problemsOf(written(text))) expect(Math.min(line, column)).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
