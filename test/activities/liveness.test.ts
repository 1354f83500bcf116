import { setTimeout as sleep } from 'node:timers/promises';
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { Bundles } from '../../src/activities/bundles.js';
import { createActivities } from '../../src/activities/index.js';
import { HostFailure } from '../../src/activities/failure.js';
import { Relay } from '../../src/activities/relay.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import type { ExecuteOptions } from '../../src/activities/ssh/execute.js';
import type { Output } from '../../src/facts/fact.js';
import type { BatchInput, Step, StepInput } from '../../src/steps/step.js';
import { cluster } from '../clusters.js';

/** Hosts on which the unit runs and runs; they remember what they were asked for by now. */
function attempt(stop: () => Promise<Output> = async () => Promise.resolve({ code: 0, stdout: '', stderr: '' })) {
  const commands: string[] = [];
  const run = async (command: string, { signal }: ExecuteOptions = {}): Promise<Output> => {
    signal?.throwIfAborted();
    commands.push(command);
    if (command.includes('systemctl stop')) return stop();
    // A host that is told to wait for the unit does.
    if (command.includes('flock ')) await sleep(10);
    const stdout = command.includes('tell()') ? (commands.length === 1 ? 'absent 9999\n' : 'running\nbusy\n') : '';
    return Promise.resolve({ code: 0, stdout, stderr: '' });
  };
  const step: Step = {
    name: 'initControlPlane',
    does: 'test',
    on: ({ hosts }) => hosts,
    pace: 'all at once',
    retry: 'bootstrap',
    check: async () => Promise.resolve(['it']),
    apply: async ({ host }) => void (await host.runUnit('kubeadm init')),
    release: async ({ host }) => void (await host.run('take it back')),
  };
  const activity = createActivities({
    pool: { to: () => ({ run }) } as unknown as Pool,
    bundles: new Bundles(() => Promise.reject(new Error('no bundle'))),
    relay: new Relay(),
    makeManifest: () => Promise.reject(new Error('no add-on has an address')),
    imagesIn: () => [],
    steps: [step],
    cluster: async () => Promise.resolve({ cluster: cluster() }),
    kha: 'test',
  })['initControlPlane'] as (input: StepInput | BatchInput) => Promise<unknown>;
  const environment = new MockActivityEnvironment();
  const begin = (input: StepInput | BatchInput = { host: 'm1', mode: 'apply' }): Promise<unknown> =>
    environment.run(activity, input).then(
      () => new Error('it went through'),
      (error: unknown) => error,
    );
  const stops = (): string[] => commands.filter((command) => command.includes('systemctl stop'));
  return { begin, commands, stops, environment };
}

const followed = (commands: readonly string[]) => expect.poll(() => commands.length).toBeGreaterThan(4);

describe('an attempt that ends early', () => {
  it.each(['timedOut', 'reset', 'paused', 'workerShutdown', 'notFound'] as const)(
    'leaves its unit to the next when it is so because of %s',
    async (why) => {
      const { begin, commands, stops, environment } = attempt();
      const work = begin();
      await followed(commands);
      environment.cancel('CANCELLED', new ActivityCancellationDetails({ [why]: true }));
      expect(await work).toBeInstanceOf(CancelledFailure);
      expect(stops()).toEqual([]);
      expect(commands).not.toContain('take it back');
    },
  );

  it('stops its unit when a person cancelled', async () => {
    const { begin, commands, stops, environment } = attempt();
    const work = begin();
    await followed(commands);
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    const error = await work;
    expect(error).toBeInstanceOf(CancelledFailure);
    expect((error as CancelledFailure).details ?? []).toEqual([]);
    expect(stops()).toHaveLength(1);
    expect(stops()[0]).toContain("'kha-test-initControlPlane-m1-*.service'");
    // Only then: what still runs may need it.
    expect(commands.slice(commands.indexOf(stops()[0]!))).toContain('take it back');
  });

  it.each([
    [
      'does not answer',
      () => Promise.reject(new HostFailure('Unreachable', { host: 'm1', reason: 'silence', next: '' })),
      'silence',
    ],
    ['refuses', () => Promise.resolve({ code: 1, stdout: '', stderr: 'bus is gone' }), 'bus is gone'],
  ])('says what may run on where the host %s', async (_what, stop, words) => {
    const { begin, commands, environment } = attempt(stop);
    const work = begin({ hosts: ['m1', 'm2'], mode: 'apply' });
    await followed(commands);
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    const error = (await work) as CancelledFailure;
    expect(error).toBeInstanceOf(CancelledFailure);
    const [said] = error.details as string[];
    expect(said).toContain(`m1: kha-test-initControlPlane-m1-* may run on`);
    expect(said).toContain(`m2: kha-test-initControlPlane-m2-* may run on`);
    expect(said).toContain(words);
  });
});
