import { describe, expect, it } from 'vitest';
import { batches, paced, pacedWave, waves } from '../../src/workflows/batches.js';
import { cluster } from '../clusters.js';

const masters = cluster().hosts.slice(0, 3);
const workers = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    name: `w${n}`,
    address: `10.0.${1 + Math.floor(n / 250)}.${(n % 250) + 1}`,
    roles: ['worker'],
  }));
const of = (count: number) => cluster({ hosts: [...masters, ...workers(count)] });

describe('batches', () => {
  it('are single hosts up to 50, and 25 workers each beyond', () => {
    expect(batches(of(47)).every(({ length }) => length === 1)).toBe(true);
    expect(batches(of(60)).map(({ length }) => length)).toEqual([1, 1, 1, 25, 25, 10]);
  });

  it('are in waves of 250 of their own beyond 500 workers, which keep the pace too', () => {
    expect(waves(of(500))).toEqual([]);
    expect(batches(of(501)).map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(waves(of(501)).map(({ length }) => length)).toEqual([250, 250, 1]);
    const [first = []] = waves(of(501));
    expect(pacedWave(first, 'all at once')).toMatchObject({ lanes: 10 });
    expect(pacedWave(first, { atMost: 10 })).toMatchObject({ lanes: 1, batches: { length: 25 } });
  });

  it.each([
    [10, 10, 10, 1],
    [60, 1, 1, 1],
    [60, 10, 10, 1],
    [60, 60, 25, 2],
  ])('of %i workers with at most %i at once are of %i in %i lanes', (count, atMost, largest, lanes) => {
    const found = paced(of(count), { atMost });
    expect(Math.max(...found.batches.map(({ length }) => length))).toBe(count > 50 ? largest : 1);
    expect(found.lanes).toBe(count > 50 ? lanes : atMost);
    expect(found.batches.flat()).toHaveLength(count + 3);
  });
});
