import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { onAll } from '../../src/activities/batch.js';
import type { StepResult } from '../../src/steps/step.js';

const done: StepResult = { outcome: 'done', missing: [], warnings: [] };
const hosts = ['w1', 'w2', 'w3', 'w4'];

/** A step that fails on some hosts, each with a type of its own. */
const failing = (types: Readonly<Record<string, string>>) => async (host: string) => {
  const type = types[host];
  if (type) throw ApplicationFailure.create({ message: `no on ${host}`, type, details: [host] });
  return Promise.resolve(done);
};

describe('a step on a batch', () => {
  it('tells of the few that failed beside the others, with what a workflow needs to know', async () => {
    expect(await onAll(hosts, 'apply', failing({ w2: 'CommandFailed', w3: 'Unreachable' }))).toEqual([
      done,
      { failed: 'no on w2', type: 'CommandFailed', silent: 'w2' },
      { failed: 'no on w3', type: 'Unreachable', silent: 'w3' },
      done,
    ]);
  });

  it.each([
    [{ w1: 'Unreachable', w2: 'Unreachable', w3: 'Unreachable' }, 'Unreachable'],
    [{ w1: 'Unreachable', w2: 'Unreachable', w3: 'CommandFailed' }, 'CommandFailed'],
    [{ w1: 'CommandFailed', w2: 'LoginRefused', w3: 'Unreachable' }, 'LoginRefused'],
  ])(
    'fails as one when most of it failed: %j as %s, so that nothing is tried again that may not be',
    async (types, type) => {
      const error = await onAll(hosts, 'apply', failing(types)).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(ApplicationFailure);
      const { type: found, message, details, stack } = error as ApplicationFailure;
      expect(found).toBe(type);
      expect(message).toMatch(/^3 of 4 hosts failed; one of them: no on w/);
      expect(details?.[0]).toMatchObject([
        { failed: 'no on w1' },
        { failed: 'no on w2' },
        { failed: 'no on w3' },
        done,
      ]);
      expect(stack).toBe('');
    },
  );

  it('is only told in a plan', async () => {
    const all = { w1: 'Unreachable', w2: 'Unreachable', w3: 'Unreachable', w4: 'Unreachable' };
    expect(await onAll(hosts, 'plan', failing(all))).toHaveLength(4);
  });

  it('ends when it is cancelled, and not before every host has ended', async () => {
    let atWork = 4;
    const cancelled = async (host: string): Promise<StepResult> => {
      if (host !== 'w1') await new Promise((resolve) => setTimeout(resolve, 20));
      atWork -= 1;
      throw new CancelledFailure('cancelled');
    };
    await expect(onAll(hosts, 'apply', cancelled)).rejects.toBeInstanceOf(CancelledFailure);
    expect(atWork).toBe(0);
  });
});
