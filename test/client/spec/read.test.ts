import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems } from '../../../src/client/spec/format.js';
import { SpecProblems, type Problem } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { template } from '../../../src/client/spec/template.js';
import { rightFamilies, wrongFamilies } from './wrong-families.js';
import { wrongNodes } from './wrong-nodes.js';
import { wrongSettings } from './wrong-settings.js';
import { wrongSources } from './wrong-sources.js';
import { changed, good, wrongSpecs } from './wrong-specs.js';

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

it('reads the example of the seed’s cluster, and warns of all that is unsafe about it', async () => {
  const { cluster, warnings } = await readSpec(fileURLToPath(new URL('../../../examples/seed.yaml', import.meta.url)));
  expect(cluster.profile).toBe('v1.9.0');
  expect(warnings.map(({ line }) => line)).toEqual([7, 7, 7]);
});

describe('a spec of many hosts', () => {
  const many = (count: number): string =>
    good +
    Array.from(
      { length: count - 4 },
      (_, n) => `  - { name: h${n}, address: 10.1.${n >> 8}.${n & 255}, roles: [worker] }\n`,
    ).join('');

  it('is read up to 5,000', async () => expect(await problemsOf(written(many(5_000)))).toEqual([]));

  it('is refused beyond, at the first host too many', async () =>
    expect(await problemsOf(written(many(5_002)))).toMatchObject([
      {
        line: 5_008,
        column: 5,
        path: 'hosts[5000]',
        found: '5002 hosts',
        expected: '5000 hosts at most',
        severity: 'error',
      },
    ]));
});

describe('a good spec', () => {
  it('is read without a word', async () => expect(await problemsOf(written(good))).toEqual([]));
  it('may have the API servers’ own port at the virtual address', async () =>
    expect(await problemsOf(written(good.replace('vip: 10.0.0.100', 'vip: 10.0.0.100, port: 6443')))).toEqual([]));
  it('is what kha init writes', async () => expect(await problemsOf(written(template))).toEqual([]));

  it('may use anchors, aliases and merges', async () => {
    const spec = good
      .replace('source:', 'ssh: &login { user: admin }\nsource:')
      .replace('roles: [worker] }', 'roles: [worker], ssh: { <<: *login, port: 2222 } }');
    const { cluster } = await readSpec(written(spec));
    expect(cluster.hosts[3]?.ssh).toEqual({ user: 'admin', port: 2222 });
  });

  it('may have hosts with dots in their names, behind one address with ports of their own', async () => {
    const spec = good
      .replace('name: m1', 'name: m1.site.example.org')
      .replace(/\[control-plane\] \}/, '[control-plane], ssh: { address: 203.0.113.7, port: 2201 } }')
      .replace('[worker] }', '[worker], ssh: { address: 203.0.113.7, port: 2202 } }');
    const { cluster } = await readSpec(written(spec));
    expect(cluster.hosts[0]).toMatchObject({ name: 'm1.site.example.org', address: '10.0.0.11' });
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

describe('addresses of two families', () => {
  it.each(rightFamilies)('are right with %s', async (_what, text) =>
    expect((await problemsOf(written(text))).filter(({ severity }) => severity === 'error')).toEqual([]),
  );

  it.each(wrongFamilies)('are wrong with %s', async (_what, text, line, column, path, message) => {
    const problems = (await problemsOf(written(text))).filter(({ severity }) => severity === 'error');
    // One thing is wrong, and it is told once.
    expect(problems.map((one) => `${one.line}:${one.column} ${one.path}`)).toEqual([`${line}:${column} ${path}`]);
    expect(`${problems[0]!.message}; expected ${problems[0]!.expected}`).toMatch(message);
  });
});

describe('a wrong spec', () => {
  it.each([...wrongSpecs, ...wrongSettings, ...wrongSources, ...wrongNodes])(
    '%s',
    async (_what, text, line, column, path, message) => {
      const problems = await problemsOf(written(text));
      expect(problems.map((one) => `${one.line}:${one.column} ${one.path} ${one.message}`).join('\n')).toContain(
        `${line}:${column} ${path} `,
      );
      const [found] = problems.filter((one) => one.line === line && one.column === column);
      expect(found?.message).toMatch(message);
      expect(found?.severity).toBe('error');
      expect(found?.expected).not.toBe('');
    },
  );

  it.each([
    ['kubernetes', 'kubernetesVersion', 'v1.37.2'],
    ['endpoint', 'controlPlaneEndpoint', '{ type: keepalived, vip: 10.0.0.100 }'],
    ['network', 'networking', '{ pods: 192.168.0.0/16 }'],
    ['registry', 'source.registry', '{ address: "10.0.0.2:5000" }'],
    ['networking', 'podSubnet', '{ pods: 10.32.0.0/16 }'],
  ])('that says %s is told of %s', async (former, today, value) => {
    const problems = await problemsOf(written(`${good}${former}: ${value}\n`));
    expect(problems).toEqual([expect.objectContaining({ line: 12, severity: 'error' })]);
    expect(problems[0]?.message).toMatch(new RegExp(`; did you mean ${today}\\?$`));
  });

  it.each([
    ['an empty file', '', /empty/],
    ['a binary file', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]), /binary/],
    ['a file that is no text', Buffer.from([0xff, 0xfe, 0xfa]), /UTF-8/],
    ['ten megabytes', '#'.repeat(10_000_000), /too large/],
  ])('%s', async (_what, content, message) => {
    const [found] = await problemsOf(written(content));
    expect(found).toMatchObject({ line: 1, column: 1, severity: 'error' });
    expect(found?.message).toMatch(message);
  });

  it('nested too deeply for any parser', async () => {
    const [found] = await problemsOf(written(`${good}addons: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`));
    expect(found).toMatchObject({ line: 12, message: 'this is nested too deeply' });
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
      '4 kubernetesVersion',
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
