import { expect, it } from 'vitest';
import { abreast } from '../../src/steps/abreast.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('works on all in their order, and on no more at once than it may', async () => {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  await abreast([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
    begun.push(one);
    most = Math.max(most, (now += 1));
    await turn();
    now -= 1;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([now, most]).toEqual([0, 3]);
});

it('begins none after one that failed, and ends with what are under way', async () => {
  const [begun, ended]: number[][] = [[], []];
  const work = async (one: number): Promise<void> => {
    begun!.push(one);
    if (one === 2) throw new Error('two');
    await turn();
    ended!.push(one);
  };
  await expect(abreast([1, 2, 3, 4, 5], 3, work)).rejects.toThrow('two');
  expect(begun).toEqual([1, 2, 3]);
  expect(ended).toEqual([1, 3]);
});
