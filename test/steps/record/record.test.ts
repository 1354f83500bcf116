import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { parseRecord } from '../../../src/cluster/parse-record.js';
import { recordText } from '../../../src/cluster/record.js';
import { file } from '../../../src/facts/files.js';
import type { Fact } from '../../../src/facts/fact.js';
import type { Host } from '../../../src/steps/host.js';
import { publishedRecord, recordPath } from '../../../src/steps/record/record-files.js';
import { publishRecord, writeRecord } from '../../../src/steps/index.js';
import type { ApplyContext } from '../../../src/steps/step.js';
import type { Author } from '../../../src/cluster/record.js';
import { cluster } from '../../clusters.js';
import { recordFor, records } from '../../records.js';

const tombstone = { name: 'w9', address: '10.0.0.29', ssh: cluster().ssh, run: 'run-0', at: '2026-11-01T00:00:00Z' };
const map = (text: string): string => JSON.stringify({ data: { 'record.json': text } });

/** The two places of a record; a control plane that knows nothing else. */
function world(wanted: Cluster, place: { file?: string; mode?: string; map?: string; silent?: boolean } = {}) {
  const context = (run: Partial<Author> = {}): ApplyContext =>
    ({
      cluster: wanted,
      records: records(wanted, run),
      host: {
        machine: wanted.hosts[0]!,
        async read<T>(fact: Fact<T>): Promise<T> {
          const { command } = fact;
          const answer = (stdout: string | undefined) =>
            Promise.resolve(
              fact.parse({ code: stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr: 'no route' }),
            );
          if (command === file(recordPath).command)
            return answer(place.file === undefined ? 'absent\n' : `${place.mode ?? '600'}\n${place.file}`);
          if (command === publishedRecord.command) return answer(place.silent ? undefined : (place.map ?? ''));
          throw new Error(`nobody taught this host ${command}`);
        },
        async write(path, content, { mode } = {}) {
          expect([path, mode]).toEqual([recordPath, '0600']);
          place.file = content;
          place.mode = '600';
          return Promise.resolve();
        },
        async run(command, { stdin = '' } = {}) {
          expect(command).toContain('apply --server-side');
          place.map = stdin.replace(/^---\n/, '');
          return Promise.resolve('');
        },
      } as Host,
    }) as unknown as ApplyContext;
  return { place, context };
}

/** The record that a place holds. */
function held({ file: text, map: wrapped }: { file?: string; map?: string }) {
  const found = parseRecord(text ?? (JSON.parse(wrapped!) as { data: Record<string, string> }).data['record.json']!);
  if ('unreadable' in found) throw new Error(found.unreadable);
  return found.record;
}

describe.each([
  ['writeRecord', writeRecord, 'file'],
  ['publishRecord', publishRecord, 'map'],
] as const)('%s', (_, step, where) => {
  const put = (text: string) => ({ [where]: where === 'map' ? map(text) : text });

  it('keeps the spec, its digest, kha, operation and run; a second install of another run changes nothing', async () => {
    const { place, context } = world(cluster());
    expect(await step.check(context())).toEqual([expect.stringContaining('is not there')]);
    await step.apply!(context());
    expect(held(place)).toMatchObject({
      kha: '0.1.0',
      operation: 'install',
      run: 'run-1',
      spec: cluster(),
      removed: [],
    });
    expect(held(place).digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await step.check(context({ run: 'run-2' }))).toEqual([]);
  });

  it.each([
    ['a spec with another worker', { hosts: cluster().hosts.slice(0, 3) }, {}, /is of another spec/],
    ['an older kha', {}, { kha: '0.0.9' }, /was written by kha 0\.0\.9/],
  ])('writes anew over %s, and remembers removed hosts', async (_, spec, more, words) => {
    const old = recordFor(cluster(spec), { ...more, removed: [tombstone] });
    const { place, context } = world(cluster(), put(recordText(old)));
    expect((await step.check(context())).join()).toMatch(words);
    await step.apply!(context());
    expect(held(place)).toMatchObject({ kha: '0.1.0', spec: cluster(), removed: [tombstone] });
    expect(await step.check(context())).toEqual([]);
  });

  it('forgets that a host was removed once it is there again', async () => {
    const { place, context } = world(
      cluster(),
      put(recordText(recordFor(cluster(), { removed: [{ ...tombstone, name: 'w1' }] }))),
    );
    await step.apply!(context());
    expect(held(place).removed).toEqual([]);
  });

  it.each([
    [
      'of a newer kha',
      JSON.stringify({ schema: 2, kha: '9.0.0' }),
      /was written by kha 9\.0\.0 with schema 2.*use that kha/,
    ],
    ['cut short', '{"schema": 1, "kha"', /is no JSON/],
    ['of something else', '{"schema": 1, "kha": "0.1.0"}', /does not read as a record: operation/],
  ])('tells of a record %s, and never replaces it', async (_, text, words) => {
    const { place, context } = world(cluster(), put(text));
    expect((await step.check(context())).join()).toMatch(words);
    const before = { ...place };
    await step.apply!(context());
    expect(place).toEqual(before);
    expect((await step.check(context())).join()).toMatch(words);
  });
});

it('is for root alone', async () => {
  const { context } = world(cluster(), { file: recordText(recordFor(cluster())), mode: '644' });
  expect(await writeRecord.check(context())).toEqual([`${recordPath} has mode 644, not 600`]);
});

it('is not published over what the API did not say', async () => {
  const { place, context } = world(cluster(), { silent: true });
  expect(await publishRecord.check(context())).toEqual(['the API does not say what was applied: no route']);
  await publishRecord.apply!(context());
  expect(place.map).toBeUndefined();
});

it('holds references, and no secret', () => {
  const wanted = cluster({
    ssh: { key: '/keys/id', passphrase: 'env:PASSPHRASE', sudoPassword: 'file:/run/secrets/sudo' },
    source: { registry: { address: '10.0.0.2:5000', credentials: { username: 'kha', password: 'env:REGISTRY' } } },
  });
  const text = recordText(recordFor(wanted));
  expect([...text.matchAll(/"(?:passphrase|sudoPassword|password)": "([^"]*)"/g)].map(([, value]) => value)).toEqual([
    'env:REGISTRY',
    'env:PASSPHRASE',
    'file:/run/secrets/sudo',
  ]);
});

it('is written for people, and of a large cluster as short as it can be', () => {
  const { hosts } = cluster();
  const many = Array.from({ length: 5_000 }, (_, index) => ({ ...hosts[3]!, name: `w${index}` }));
  const [small, large] = [recordFor(cluster()), recordFor({ ...cluster(), hosts: [...hosts.slice(0, 3), ...many] })];
  expect(recordText(small)).toContain('\n  "spec": {\n');
  expect(recordText(large)).toBe(`${JSON.stringify(large)}\n`);
});
