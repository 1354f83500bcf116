import { describe, expect, it } from 'vitest';
import { inputVersion } from '../../src/cluster/input-version.js';
import { ForeignInput, readInput } from '../../src/cluster/operation-input.js';
import { cluster } from '../clusters.js';

const input = { schema: inputVersion, kha: '0.1.0', mode: 'apply', cluster: cluster() };
/** As it comes out of a history. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('an operation’s input', () => {
  it('reads as it was written', () => expect(readInput(stored(input), 'cluster/test')).toEqual(input));

  it.each([
    [
      'a newer kha',
      { ...input, schema: 2, kha: '3.0.0', more: 1 },
      /started by kha 3\.0\.0 with an input of schema 2; .*use that kha, or a newer one/,
    ],
    ['a kha without versions', { cluster: cluster(), mode: 'apply' }, /run cluster\/test was not started by kha/],
    ['somebody else', 'hello', /not started by kha/],
    ['nobody', undefined, /not started by kha/],
    ['a kha that wrote something else', { ...input, mode: 'destroy' }, /does not read as schema 1: mode: /],
  ])('of %s is refused in words', (_, found, reason) => {
    expect(() => readInput(stored(found ?? null), 'cluster/test')).toThrow(ForeignInput);
    expect(() => readInput(stored(found ?? null), 'cluster/test')).toThrow(reason);
  });
});
