import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/activities/failure.js';
import { firstFit, type Choice } from '../../src/activities/first-fit.js';
import type { Asked } from '../../src/steps/host.js';
import { cluster } from '../clusters.js';

const machines = cluster().hosts.filter(({ roles }) => roles.includes('control-plane'));
const silent = async (): Promise<string[]> =>
  Promise.reject(new HostFailure('Unreachable', { host: 'm', reason: 'it does not answer', next: '' }));
const hung = (): Promise<string[]> => new Promise(() => undefined);
const well = async (): Promise<string[]> => Promise.resolve([]);
const unready = async (): Promise<string[]> => Promise.resolve(['its API server does not answer']);

/** Control planes m1, m2, m3 that say in this order whether they are fit. */
function choice(says: (() => Promise<string[]>)[], more: Partial<Choice<Asked>> = {}): Choice<Asked> {
  const hosts = says.map((_, index): Asked => ({
    machine: machines[index]!,
    read: async () => Promise.reject(new Error('nobody told this host what to answer')),
  }));
  const patience = {
    deadline: 0,
    interval: 5,
    prompt: 50,
    limit: 100,
    signal: new AbortController().signal,
    tell: () => undefined,
  };
  return { hosts, unfit: (host) => says[hosts.indexOf(host)]!(), ...patience, ...more };
}
const name = async (given: Choice<Asked>): Promise<string> => (await firstFit(given)).machine.name;

describe('firstFit', () => {
  it.each([
    ['the first of the list where all are well', [well, well, well], 'm1'],
    ['another where the first is silent', [silent, well, well], 'm2'],
    ['another where the first hangs', [hung, well, well], 'm2'],
    ['another where the first answers but is not fit', [unready, silent, well], 'm3'],
    [
      'another where the first gives an answer that cannot be read',
      [async () => Promise.reject(new SyntaxError('?')), well],
      'm2',
    ],
  ])('takes %s', async (_, says, wanted) => expect(await name(choice(says))).toBe(wanted));

  it('prefers the order of the list to the quickest answer', async () => {
    const slow = (): Promise<string[]> => new Promise((resolve) => setTimeout(() => resolve([]), 20));
    expect(await name(choice([slow, well]))).toBe('m1');
  });

  it('takes the quickest where none is prompt, and does not give up on those that are slow', async () => {
    const after = (time: number) => (): Promise<string[]> =>
      new Promise((resolve) => setTimeout(() => resolve([]), time));
    expect(await name(choice([hung, after(80), after(60)]))).toBe('m3');
  });

  it('waits for one that is starting', async () => {
    let asked = 0;
    const starting = async (): Promise<string[]> => Promise.resolve((asked += 1) < 3 ? ['it starts'] : []);
    expect(await name(choice([silent, starting], { deadline: 2_000 }))).toBe('m2');
  });

  it('says of each why not, and that nobody answered where nobody did', async () => {
    await expect(firstFit(choice([silent, unready]))).rejects.toMatchObject({
      type: 'StepUnfinished',
      reason: 'none of m1, m2 can do it: m1: it does not answer; m2: its API server does not answer',
    });
    await expect(firstFit(choice([silent, hung]))).rejects.toMatchObject({ type: 'Unreachable' });
  });

  it('makes do with one that answers where a plan only looks, never with a silent one', async () => {
    expect(await name(choice([silent, unready], { makeDo: true }))).toBe('m2');
    await expect(firstFit(choice([silent, hung], { makeDo: true }))).rejects.toMatchObject({ type: 'Unreachable' });
  });

  it('ends when the run is cancelled', async () => {
    const controller = new AbortController();
    const chosen = firstFit(choice([unready], { deadline: 60_000, interval: 60_000, signal: controller.signal }));
    controller.abort(new Error('cancelled'));
    await expect(chosen).rejects.toThrow();
  });
});
