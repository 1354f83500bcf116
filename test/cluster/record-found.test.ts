import { describe, expect, it } from 'vitest';
import { recordFound, strangerDifferences, type MasterSaid } from '../../src/cluster/record-found.js';
import { cluster } from '../clusters.js';
import { recordFor } from '../records.js';

const wanted = cluster();
const said = (host: string, claim: string, more: Partial<MasterSaid & { found: unknown }> = {}): MasterSaid =>
  ({ host, claim, found: undefined, ...more }) as MasterSaid;
const kept = (host: string, name = 'test', at = '2026-11-25T10:00:00.000Z') =>
  said(host, name, { found: { record: recordFor(cluster({ name }), { at }) } });

describe('what the control planes keep', () => {
  it('is found where the first control plane of the file is new and another is away, and the newest counts', () => {
    const found = recordFound('test', [
      said('m1', ''),
      { host: 'm2', silent: 'it does not answer' },
      kept('m3', 'test', '2026-11-01T10:00:00.000Z'),
      kept('m4', 'test', '2026-11-25T10:00:00.000Z'),
      kept('m5', 'test', '2026-11-20T10:00:00.000Z'),
    ]);
    expect(found.record?.at).toBe('2026-11-25T10:00:00.000Z');
    expect(strangerDifferences(found, wanted)).toEqual([]);
  });

  it('is nothing on hosts that were never installed, or not to the end', () => {
    const found = recordFound('test', [said('m1', 'test'), said('m2', ''), { host: 'm3', silent: 'gone' }]);
    expect(found).toEqual({ record: undefined, unreadable: [], strangers: [] });
  });

  it('is told where it cannot be read, also beside one that can', () => {
    const found = recordFound('test', [kept('m1'), said('m2', 'test', { found: { unreadable: 'is no JSON' } })]);
    expect(found.unreadable).toEqual([{ host: 'm2', words: 'is no JSON' }]);
    expect(found.record).toBeDefined();
  });
});

describe('hosts of another cluster', () => {
  it('are a changed name where all of them are one other cluster’s', () => {
    const found = recordFound('test', [kept('m1', 'prod'), kept('m2', 'prod'), said('m3', 'prod')]);
    expect(found.record).toBeUndefined();
    expect(strangerDifferences(found, wanted)).toEqual([
      expect.objectContaining({ path: ['name'], found: 'test', expected: expect.stringMatching(/^prod;/) as string }),
    ]);
  });

  it('are named one by one beside a cluster that stands, and its own record counts', () => {
    const found = recordFound('test', [
      kept('m1', 'test', '2026-11-01T10:00:00.000Z'),
      kept('m3', 'prod', '2026-11-25T10:00:00.000Z'),
    ]);
    expect(found.record?.spec.name).toBe('test');
    expect(strangerDifferences(found, wanted)).toEqual([
      expect.objectContaining({ path: ['hosts', 2, 'name'], message: 'm3 belongs to cluster prod' }),
    ]);
  });

  it('are let pass by a waiver where only a claim is left of that cluster, never with its record', () => {
    const waiving = cluster({ preflight: { waive: ['leftovers'] } });
    expect(strangerDifferences(recordFound('test', [said('m1', 'prod')]), waiving)).toEqual([]);
    expect(strangerDifferences(recordFound('test', [kept('m1', 'prod')]), waiving)).toHaveLength(1);
  });
});
