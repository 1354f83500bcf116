import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/activities/failure.js';
import { runStep, type Surroundings } from '../../src/activities/run-step.js';
import { parseRecord } from '../../src/cluster/parse-record.js';
import type { Asked, Host } from '../../src/steps/host.js';
import type { Step } from '../../src/steps/step.js';
import { cluster } from '../clusters.js';

const patience = { deadline: 200, interval: 5 };

function ground(): Surroundings & { readonly told: string[] } {
  const wanted = cluster();
  const told: string[] = [];
  const refuse = async (): Promise<never> => Promise.reject(new Error('nobody told this host what to answer'));
  const host = (name: string): Host => ({
    machine: wanted.hosts.find((one) => one.name === name)!,
    read: refuse,
    run: refuse,
    write: refuse,
    runUnit: refuse,
  });
  return {
    cluster: wanted,
    signal: new AbortController().signal,
    host,
    secret: refuse,
    authority: refuse,
    manifest: refuse,
    imagesIn: () => [],
    records: { wanted: refuse, parse: parseRecord },
    bundleFile: { description: refuse, port: refuse },
    requests: { place: 'nowhere', flaws: refuse, request: refuse, signed: refuse, ask: refuse, note: refuse },
    tell: (what) => void told.push(what),
    told,
  };
}

/** A step whose world is a list of what is missing, one entry gone with every look after `apply`. */
function step(missing: string[][], more: Partial<Step> = {}): Step & { readonly applied: number } {
  let applied = 0;
  return {
    name: 'aStep',
    does: 'Something',
    on: ({ hosts }) => hosts,
    pace: 'all at once',
    retry: 'edit',
    check: async () => Promise.resolve(missing.length > 1 ? missing.shift()! : missing[0]!),
    apply: async () => Promise.resolve(void (applied += 1)),
    get applied() {
      return applied;
    },
    ...more,
  };
}

describe('runStep', () => {
  it('does nothing where nothing is missing', async () => {
    const one = step([[]]);
    expect(await runStep(one, 'm1', 'apply', ground(), patience)).toEqual({
      outcome: 'done',
      missing: [],
      warnings: [],
    });
    expect(one.applied).toBe(0);
  });

  it('applies what is missing and looks again', async () => {
    const one = step([['a file'], []]);
    expect(await runStep(one, 'm1', 'apply', ground(), patience)).toMatchObject({
      outcome: 'changed',
      missing: ['a file'],
    });
    expect(one.applied).toBe(1);
  });

  it.each(['FactUnknown', 'NotAnswered', 'SudoRefused'] as const)(
    'changes nothing where the host did not say what is missing: %s',
    async (type) => {
      const failure = new HostFailure(type, { host: 'm1', reason: 'the host could not tell', next: '' });
      const one = step([], { check: async () => Promise.reject(failure) });
      await expect(runStep(one, 'm1', 'apply', ground(), patience)).rejects.toBe(failure);
      expect(one.applied).toBe(0);
    },
  );

  it('only looks in a plan', async () => {
    const one = step([['a file']]);
    expect(await runStep(one, 'm1', 'plan', ground(), patience)).toMatchObject({
      outcome: 'would change',
      missing: ['a file'],
    });
    expect(one.applied).toBe(0);
  });

  it('waits for a health check to come true', async () => {
    const check = step([['not yet'], ['not yet'], []], { retry: 'wait', apply: undefined });
    expect(await runStep(check, 'm1', 'apply', ground(), patience)).toMatchObject({
      outcome: 'done',
      missing: ['not yet'],
    });
  });

  it('does not wait in a plan', async () => {
    const check = step([['not yet']], { retry: 'wait', apply: undefined });
    expect(await runStep(check, 'm1', 'plan', ground(), patience)).toMatchObject({ outcome: 'would change' });
  });

  it('gives up at the deadline, naming what is still missing', async () => {
    const check = step([['the API does not answer']], { retry: 'wait', apply: undefined });
    await expect(runStep(check, 'm1', 'apply', ground(), patience)).rejects.toMatchObject({
      type: 'StepUnfinished',
      reason: 'the API does not answer',
    });
  });

  it('says why, once, when it gives up; also that the host cannot tell', async () => {
    let asked = 0;
    const explain = (): Promise<string[]> => Promise.resolve([`the kubelet says: ${(asked += 1)}`]);
    const one = step([['etcd does not answer']], { retry: 'wait', apply: undefined, explain });
    const reason = 'etcd does not answer; the kubelet says: 1';
    await expect(runStep(one, 'm1', 'apply', ground(), patience)).rejects.toMatchObject({ reason });
    const unknown = (): Promise<string[]> =>
      Promise.reject(new HostFailure('FactUnknown', { host: 'm1', reason: 'no journal', next: '' }));
    const other = step([['etcd does not answer']], { retry: 'wait', apply: undefined, explain: unknown });
    await expect(runStep(other, 'm1', 'apply', ground(), patience)).rejects.toMatchObject({
      reason: 'etcd does not answer; no journal',
    });
  });

  it('waits so many times as long where the spec grants it to slow hosts', async () => {
    let looks = 0;
    const late = Date.now() + 2 * patience.deadline;
    const check = async (): Promise<string[]> => Promise.resolve((looks += 1) && Date.now() < late ? ['not yet'] : []);
    const slow = step([], { retry: 'wait', apply: undefined, check });
    const around = { ...ground(), cluster: cluster({ patience: 10 }) };
    expect(await runStep(slow, 'm1', 'apply', around, patience)).toMatchObject({ outcome: 'done' });
    expect(looks).toBeGreaterThan(1);
  });

  it.each(['apply', 'plan'] as const)('fails an inspection at once, mode %s', async (mode) => {
    const check = step([['no sudo', 'no disk']], { retry: 'inspect', apply: undefined });
    await expect(runStep(check, 'm1', mode, ground(), patience)).rejects.toMatchObject({
      type: 'StepUnfinished',
      reason: 'no sudo; no disk',
    });
  });

  it('takes verify for the look afterwards', async () => {
    const answers = [['starting'], []];
    const one = step([['not running']], { verify: async () => Promise.resolve(answers.shift()!) });
    expect(await runStep(one, 'm1', 'apply', ground(), patience)).toMatchObject({ outcome: 'changed' });
  });

  it('hands a check hosts that cannot be changed, its own and others', async () => {
    const seen: Asked[] = [];
    const check: Step['check'] = async ({ host, peer }) => {
      seen.push(host, await peer('m2'));
      return [];
    };
    await runStep(step([[]], { check }), 'm1', 'apply', ground(), patience);
    expect(seen.map((host) => Object.keys(host).sort())).toEqual([
      ['machine', 'read'],
      ['machine', 'read'],
    ]);
    expect(seen.map(({ machine }) => machine.name)).toEqual(['m1', 'm2']);
  });

  it('has one of each host, so that what it is asked at once goes there together', async () => {
    const check: Step['check'] = async ({ host, peer }) => {
      expect(await peer('m1')).toBe(host);
      expect(await peer('m2')).toBe(await peer('m2'));
      return [];
    };
    expect(await runStep(step([[]], { check }), 'm1', 'apply', ground(), patience)).toMatchObject({ outcome: 'done' });
  });

  it('collects warnings, each once', async () => {
    const check: Step['check'] = async ({ warn }) => {
      warn('old kernel');
      warn('old kernel');
      return Promise.resolve([]);
    };
    expect(await runStep(step([[]], { check }), 'm1', 'apply', ground(), patience)).toMatchObject({
      warnings: ['old kernel'],
    });
  });

  it('tells what it is doing', async () => {
    const around = ground();
    await runStep(step([['a file'], []]), 'm1', 'apply', around, patience);
    expect(around.told).toEqual(['looking', 'doing: a file']);
  });
});
