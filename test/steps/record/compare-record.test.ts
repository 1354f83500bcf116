import { describe, expect, it } from 'vitest';
import { recordText } from '../../../src/cluster/record.js';
import { file } from '../../../src/facts/files.js';
import { answer, type Fact } from '../../../src/facts/fact.js';
import type { Subject } from '../../../src/cluster/subject.js';
import { compareRecord } from '../../../src/steps/index.js';
import type { CheckContext } from '../../../src/steps/step.js';
import { recordPath } from '../../../src/steps/record/record-files.js';
import { cluster } from '../../clusters.js';
import { recordFor, records } from '../../records.js';

const wanted = cluster();
const [old, new_] = ['2026-11-01T10:00:00.000Z', '2026-11-25T10:00:00.000Z'];
const gone = cluster({ hosts: [...wanted.hosts, { name: 'w2', address: '10.0.0.22', roles: ['worker'] }] });

/** What m1 finds, where the control planes keep what is given. */
async function found(
  kept: Readonly<Record<string, string>>,
  subject?: Subject,
): Promise<{ words: string[]; warnings: string[] }> {
  const warnings: string[] = [];
  const host = (name: string) => ({
    machine: wanted.hosts.find((one) => one.name === name)!,
    async read<T>(fact: Fact<T>): Promise<T> {
      expect(fact.command).toBe(file(recordPath).command);
      const text = kept[name];
      const stdout = text === undefined ? undefined : `600\n${text}`;
      return Promise.resolve(stdout === undefined ? (undefined as T) : answer(fact, { code: 0, stdout, stderr: '' }));
    },
  });
  const words = await compareRecord.check({
    cluster: wanted,
    subject,
    host: host('m1'),
    peer: async (name: string) => Promise.resolve(host(name)),
    records: records(wanted),
    warn: (one: string) => void warnings.push(one),
  } as unknown as CheckContext);
  return { words, warnings };
}

it('finds nothing where there is no record, or one of this spec', async () => {
  expect((await found({})).words).toEqual([]);
  expect((await found({ m1: recordText(recordFor(wanted)) })).words).toEqual([]);
});

it('holds a run that would leave a host behind, in words', async () => {
  expect((await found({ m1: recordText(recordFor(gone)) })).words).toEqual([
    expect.stringMatching(/^hosts: w2 .*kha node remove w2/),
  ]);
});

it('lets the newer record of another control plane count', async () => {
  const { words, warnings } = await found({
    m1: recordText(recordFor(gone, { at: old })),
    m3: recordText(recordFor(wanted, { at: new_ })),
  });
  expect(words).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('m3 has a newer one')]);
});

it('tells of a record that it cannot read', async () => {
  expect((await found({ m1: '{' })).words).toEqual([expect.stringMatching(/record\.json is no JSON/)]);
});

describe('of a run about w1', () => {
  const subject = { hosts: ['w1'] };
  const before = cluster({ hosts: wanted.hosts.slice(0, 3) });

  it('finds nothing where the cluster stands without it, or with it', async () => {
    for (const spec of [before, wanted])
      expect((await found({ m1: recordText(recordFor(spec)) }, subject)).words).toEqual([]);
  });

  it('holds it where more than w1 would be left to do', async () => {
    const { words } = await found({ m1: recordText(recordFor({ ...before, patience: 3 })) }, subject);
    expect(words).toEqual([expect.stringMatching(/^patience: .*kha install without --only$/)]);
  });

  it('holds it where nothing was applied before; the record of another control plane is enough', async () => {
    expect((await found({}, subject)).words).toEqual([
      expect.stringMatching(/is not there, on no control plane.*without --only/),
    ]);
    const { words, warnings } = await found({ m2: recordText(recordFor(before)) }, subject);
    expect(words).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('that of m2 counts')]);
  });
});
