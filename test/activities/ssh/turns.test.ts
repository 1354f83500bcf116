import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../src/activities/ssh/turns.js';

const { signal } = new AbortController();

describe('turns', () => {
  it('are taken by so many at once, in order, whatever becomes of them', async () => {
    const turns = new Turns(2);
    const order: number[] = [];
    let now = 0;
    let most = 0;
    const work = (n: number) => async () => {
      order.push(n);
      most = Math.max(most, (now += 1));
      await sleep(5);
      now -= 1;
      if (n % 2 === 0) throw new Error(`${n} failed`);
      return n;
    };
    const all = await Promise.allSettled([0, 1, 2, 3, 4].map((n) => turns.take(work(n), signal)));
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected']);
  });

  it('are left by who is given up before his, and go to the next', async () => {
    const turns = new Turns(1);
    const first = turns.take(() => sleep(20), signal);
    const controller = new AbortController();
    const second = turns.take(() => Promise.resolve('never'), controller.signal);
    const third = turns.take(() => Promise.resolve('third'), signal);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    await first;
    expect(await third).toBe('third');
    expect(await turns.take(() => Promise.resolve('fourth'), signal)).toBe('fourth');
  });
});
