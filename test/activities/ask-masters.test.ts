import { describe, expect, it } from 'vitest';
import { askMasters } from '../../src/activities/ask-masters.js';
import { HostFailure } from '../../src/activities/failure.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import type { Fact, Output } from '../../src/facts/fact.js';
import { cluster } from '../clusters.js';

const word: Fact<string> = { command: 'say', parse: ({ stdout }) => stdout };
const said = (stdout: string): Output => ({ code: 0, stdout, stderr: '' });

/** Hosts that answer each in a way of its own. */
const pool = (ways: Readonly<Record<string, () => Promise<Output>>>): Pool =>
  ({ to: ({ name }: { name: string }) => ({ run: () => ways[name]!() }) }) as unknown as Pool;

describe('askMasters', () => {
  it('asks all at once, passes over who is silent or refuses within three seconds, and asks nobody else', async () => {
    const begun = Date.now();
    const answers = await askMasters(
      pool({
        m1: () => new Promise(() => undefined),
        m2: () =>
          Promise.reject(new HostFailure('HostKeyUnknown', { host: 'm2', reason: 'its key is unknown', next: '' })),
        m3: () => Promise.resolve(said('here')),
      }),
      cluster(),
      word,
      new AbortController().signal,
    );
    expect(answers).toEqual([
      { host: 'm1', silent: 'it did not answer within 3 s' },
      { host: 'm2', silent: 'its key is unknown' },
      { host: 'm3', said: 'here' },
    ]);
    expect(Date.now() - begun).toBeLessThan(4_500);
  });

  it('waits no time where everybody answers', async () => {
    const begun = Date.now();
    const here = (): Promise<Output> => Promise.resolve(said('here'));
    await askMasters(pool({ m1: here, m2: here, m3: here }), cluster(), word, new AbortController().signal);
    expect(Date.now() - begun).toBeLessThan(500);
  });

  it('hides no fault of kha itself', async () => {
    const broken = (): Promise<Output> => Promise.reject(new TypeError('undefined is not a function'));
    await expect(
      askMasters(pool({ m1: broken, m2: broken, m3: broken }), cluster(), word, new AbortController().signal),
    ).rejects.toThrow('undefined is not a function');
  });
});
