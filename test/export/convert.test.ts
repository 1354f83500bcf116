import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert } from '../../src/export/convert.js';
import type { KubeObject } from '../../src/export/fields.js';
import { kinds } from '../../src/export/kinds.js';
import { withoutSuccessor } from '../../src/export/without-successor.js';
import { podCases } from './cases-of-pods.js';
import { storageAndApiCases } from './cases-of-storage-and-api.js';
import { trafficAndRightsCases } from './cases-of-traffic-and-rights.js';
import { workloadCases } from './cases-of-workloads.js';
import { servedByToday } from './served-by-today.js';

const cases = [...workloadCases, ...podCases, ...trafficAndRightsCases, ...storageAndApiCases];

/** What becomes of an object that has a successor. */
function today(old: KubeObject): Extract<ReturnType<typeof convert>, { object: KubeObject }> {
  const made = convert(old);
  if ('instead' in made) throw new Error(`${old.kind} has no successor: ${made.instead}`);
  return made;
}

const served = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean =>
  (servedByToday[apiVersion] ?? []).includes(kind);

describe('convert', () => {
  it.each(cases)('makes $title', ({ old, today: wanted, words = [] }) => {
    const before = structuredClone(old);
    const { object, notes } = today(old);
    expect(object).toEqual(wanted);
    const said = [...notes.changed, ...notes.byHand, ...notes.toKnow].join('\n');
    for (const word of words) expect(said).toMatch(word);
    expect(old).toEqual(before);
  });

  it.each(cases)('leaves alone what it made: $title', ({ old }) => {
    const once = today(old);
    const twice = today(once.object);
    expect(twice.object).toEqual(once.object);
    expect(twice.notes.changed).toEqual([]);
  });

  it.each(Object.entries(withoutSuccessor))('names what there is instead of %s', (key, { was }) => {
    const kind = key.split('/')[1]!;
    const made = convert({ apiVersion: was, kind, metadata: { name: 'one' } });
    expect('instead' in made && made.instead.length).toBeGreaterThan(20);
  });

  it('keeps custom resources in their version, without what was the old cluster’s', () => {
    const thing = {
      apiVersion: 'example.com/v1beta1',
      kind: 'Thing',
      metadata: { name: 'a', uid: 'u' },
      size: 3,
      status: {},
    };
    expect(convert(thing)).toHaveProperty('instead');
    expect(convert(thing, new Set(['example.com/Thing']))).toMatchObject({
      folder: '11-custom-resources',
      object: { apiVersion: 'example.com/v1beta1', kind: 'Thing', metadata: { name: 'a' }, size: 3 },
    });
  });

  it('writes no other versions than v1.37 serves', () => {
    const all = [
      ...kinds.map(({ today: apiVersion, kind }) => ({ apiVersion, kind })),
      ...cases.map(({ old }) => today(old).object),
    ];
    expect(all.filter((one) => !served(one)).map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([]);
    expect(served({ apiVersion: 'extensions/v1beta1', kind: 'Deployment' })).toBe(false);
  });

  const apiVersions = [...new Set([...kinds.flatMap(({ was, today: now }) => [now, ...was]), 'example.com/v1'])];
  const mangled = fc.record({
    one: fc.constantFrom(...cases.map(({ old }) => old)),
    path: fc.array(fc.nat(5), { maxLength: 6 }),
    by: fc.jsonValue({ maxDepth: 3 }),
  });
  /** A sound object with something else at one of its places. */
  function spoil({ one, path, by }: { one: KubeObject; path: number[]; by: unknown }): KubeObject {
    const spoilt = structuredClone(one) as Record<string, unknown>;
    let at = spoilt;
    for (const step of path) {
      const keys = Object.keys(at).filter((key) => at !== spoilt || !['apiVersion', 'kind', 'metadata'].includes(key));
      const key = keys[step % keys.length];
      if (key === undefined) break;
      const below = at[key];
      if (typeof below !== 'object' || below === null || step === path.at(-1)) {
        at[key] = by;
        break;
      }
      at = below as Record<string, unknown>;
    }
    return spoilt as KubeObject;
  }

  it('never throws, whatever an object looks like, and what it made it leaves alone', () => {
    const anything = fc.record({
      apiVersion: fc.constantFrom(...apiVersions),
      kind: fc.constantFrom(...kinds.map(({ kind }) => kind)),
      metadata: fc.dictionary(
        fc.constantFrom('name', 'labels', 'annotations', 'finalizers', 'ownerReferences'),
        fc.jsonValue(),
      ),
      spec: fc.jsonValue(),
    }) as fc.Arbitrary<KubeObject>;
    fc.assert(
      fc.property(fc.oneof(anything, mangled.map(spoil)), (object) => {
        const made = convert(object);
        if ('instead' in made) return;
        expect(today(made.object).object).toEqual(made.object);
      }),
      { numRuns: 2_000 },
    );
  });
});
