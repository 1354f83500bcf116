import { expect, it } from 'vitest';
import { UsageError } from '../../src/client/explain.js';
import { packageSources } from '../../src/client/package-sources.js';

const fetched = ['debian-12', 'debian-13'];

it.each<[system: string, packages: string[], sources: [string, string | undefined][]]>([
  ['debian-13', [], [['debian-13', undefined]]],
  ['debian-13, debian-12', [], [...fetched].reverse().map((name) => [name, undefined])],
  [
    'debian-13',
    ['rocky-9=a=b', 'debian-13=own'],
    [
      ['debian-13', 'own'],
      ['rocky-9', 'a=b'],
    ],
  ],
  ['rocky-9', ['rocky-9=rpms'], [['rocky-9', 'rpms']]],
])('takes --system %s and --packages %j', (system, packages, sources) =>
  expect([...packageSources(system, packages, fetched)]).toEqual(sources),
);

it.each<[system: string, packages: string[], words: RegExp]>([
  ['debian-11', [], /debian-11 is no system that kha knows: debian-12, .*rhel-10/],
  ['debian-13', ['rocky-9.6=rpms'], /rocky-9\.6 is no system/],
  ['debian-13', ['rpms'], /takes SYSTEM=DIR, .* not rpms/],
  ['rocky-9,ubuntu-24.04', [], /--packages rocky-9=DIR --packages ubuntu-24\.04=DIR/],
])('refuses --system %s and --packages %j', (system, packages, words) => {
  expect(() => packageSources(system, packages, fetched)).toThrow(words);
  expect(() => packageSources(system, packages, fetched)).toThrow(UsageError);
});
