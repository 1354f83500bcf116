import { describe, expect, it } from 'vitest';
import { batches, bySite, paced, pacedWave, sitesByHost, waves } from '../../src/workflows/batches.js';
import { cluster } from '../clusters.js';

const masters = cluster().hosts.slice(0, 3);
const workers = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    name: `w${n}`,
    address: `10.0.${1 + Math.floor(n / 250)}.${(n % 250) + 1}`,
    roles: ['worker'],
  }));
const none = new Map<string, string>();
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
    expect(pacedWave(first, none, 'all at once')).toMatchObject({ lanes: 10 });
    expect(pacedWave(first, none, { atMost: 10 })).toMatchObject({ lanes: 1, batches: { length: 25 } });
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

  describe('of hosts at sites', () => {
    /** Every third host at no site, the others at two of them, in turns. */
    const spread = (count: number) =>
      cluster({
        hosts: [
          ...masters,
          ...workers(count).map((host, n) => (n % 3 === 0 ? host : { ...host, site: ['berlin', 'paris'][n % 2] })),
        ],
      });
    const sitesIn = (wanted: ReturnType<typeof of>, hosts: readonly string[]) =>
      new Set(hosts.map((host) => sitesByHost(wanted).get(host)));

    it.each([
      [60, 'all at once'],
      [60, { atMost: 10 }],
      [500, 'all at once'],
    ] as const)('never mix two of them: %i hosts, %j', (count, pace) => {
      const wanted = spread(count);
      const found = paced(wanted, pace);
      for (const batch of found.batches) expect(sitesIn(wanted, batch).size).toBe(1);
      expect(found.batches.flat().sort()).toEqual(wanted.hosts.map(({ name }) => name).sort());
      expect(found.batches.some(({ length }) => length > 1)).toBe(true);
    });

    it.each(['all at once', { atMost: 10 }] as const)('nor within waves, which go from site to site: %j', (pace) => {
      const wanted = spread(900);
      const all = waves(wanted);
      expect(all.map(({ length }) => length)).toEqual([250, 250, 250, 150]);
      for (const wave of all) {
        const found = pacedWave(wave, sitesByHost(wanted), pace);
        for (const batch of found.batches) expect(sitesIn(wanted, batch).size).toBe(1);
        expect(found.batches.flat()).toEqual(wave);
      }
      expect(all.filter((wave) => sitesIn(wanted, wave).size > 1).length).toBeLessThanOrEqual(2);
    });

    it('are told apart for what is done once at each', () => {
      const wanted = spread(4);
      const names = wanted.hosts.map(({ name }) => name);
      expect(bySite(names, sitesByHost(wanted))).toEqual([['m1', 'm2', 'm3', 'w0', 'w3'], ['w1'], ['w2']]);
      expect(bySite([], sitesByHost(wanted))).toEqual([]);
    });
  });
});
