import { describe, expect, it } from 'vitest';
import { createVrrpPassword } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Disks } from '../disks.js';

const path = '/var/lib/kha/vrrp-password';
const having = (password: string) => ({ [path]: `${password}\n` });
const carriers = (...disks: Record<string, string>[]): Disks =>
  Object.fromEntries(disks.map((disk, index) => [`m${index + 1}`, { ...disk }]));
const standing = (disks: Disks) => world(cluster(), disks, { urandom: () => 'fresh123' });

describe('createVrrpPassword', () => {
  it('makes one password for all where nobody has one', async () => {
    const disks = carriers({}, {}, {});
    const { context, done } = standing(disks);
    expect(await createVrrpPassword.check(context('m2'))).toEqual(
      ['m1', 'm2', 'm3'].map((name) => `${path} is not on ${name}`),
    );
    await createVrrpPassword.apply!(context('m2'));
    expect(Object.values(disks)).toEqual([having('fresh123'), having('fresh123'), having('fresh123')]);
    // It stands in no command.
    expect(done.join('\n')).not.toContain('fresh123');
    expect(await createVrrpPassword.check(context('m1'))).toEqual([]);
  });

  it.each([
    ['the first', carriers(having('one'), {}, {})],
    ['the last', carriers({}, {}, having('one'))],
    ['all but one', carriers(having('one'), {}, having('one'))],
  ])('gives the others the one that %s of them has', async (_, disks) => {
    const { context, done } = standing(disks);
    await createVrrpPassword.apply!(context('m1'));
    expect(Object.values(disks)).toEqual([having('one'), having('one'), having('one')]);
    expect(done.every((one) => one.includes(': write '))).toBe(true);
  });

  it.each([
    ['two hosts', carriers(having('one'), having('two'), {}), 'm2 has another VRRP password than m1'],
    [
      'three hosts',
      carriers(having('one'), having('two'), having('three')),
      'm2 and m3 have another VRRP password than m1',
    ],
    ['the last of them', carriers({}, having('one'), having('two')), 'm3 has another VRRP password than m2'],
  ])('is refused where %s differ, with nothing changed and neither password told', async (_, disks, words) => {
    const before = structuredClone(disks);
    const { context, done } = standing(disks);
    for (const act of ['check', 'apply'] as const) {
      const error: unknown = await createVrrpPassword[act]!(context('m1')).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ name: 'Refused', next: expect.stringContaining(`remove ${path}`) as string });
      expect(String(error)).toContain(words);
      expect(String(error)).not.toMatch(/\b(one|two|three)\b/);
    }
    expect(disks).toEqual(before);
    expect(done).toEqual([]);
  });

  it('takes an empty file for none', async () => {
    const disks = carriers(having(''), having('one'), having('one'));
    const { context } = standing(disks);
    expect(await createVrrpPassword.check(context('m1'))).toEqual([`${path} is not on m1`]);
  });

  it('makes none while a host that may have one does not answer', async () => {
    const { context, done } = standing(carriers({}, {}, {}));
    const silent = {
      ...context('m1'),
      peer: (name: string) => (name === 'm3' ? Promise.reject(new Error('m3 is silent')) : context('m1').peer(name)),
    };
    await expect(createVrrpPassword.apply!(silent)).rejects.toThrow('m3 is silent');
    expect(done).toEqual([]);
  });
});
