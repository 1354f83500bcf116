import { expect, it } from 'vitest';
import { existing } from '../../src/facts/files.js';
import { actedBefore } from '../../src/steps/acted-before.js';
import type { Asked } from '../../src/steps/host.js';
import { cluster } from '../clusters.js';
import { contextOf, FakeHost } from './fake-host.js';

const wanted = cluster();
const fact = existing(['/laid']);
const missing = async (host: Asked): Promise<string[]> =>
  (await host.read(fact)).length > 0 ? [] : [`/laid is not on ${host.machine.name}`];
const master = (name: string, there?: boolean): FakeHost => {
  const host = new FakeHost(wanted, name);
  return there === undefined ? host : host.tells(fact, there ? ['/laid'] : []);
};
const found = async (own: FakeHost, ...others: FakeHost[]): Promise<string | readonly string[]> => {
  const result = await actedBefore(contextOf(wanted, own, others), missing);
  return 'read' in result ? result.machine.name : result;
};

it('asks the acting host alone where it acted itself', async () => {
  expect(await found(master('m1', true))).toBe('m1');
});

it('finds the control plane that acted in another order of the hosts, past one that is away', async () => {
  expect(await found(master('m3', false), master('m1'), master('m2', true))).toBe('m2');
});

it('says what the acting host lacks where nobody acted yet', async () => {
  expect(await found(master('m1', false), master('m2', false), master('m3'))).toEqual(['/laid is not on m1']);
});
