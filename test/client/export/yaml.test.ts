import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDump } from '../../../src/client/export/read-dump.js';
import { toYaml } from '../../../src/client/export/to-yaml.js';

describe('toYaml', () => {
  it.each([
    'yes',
    'off',
    'N',
    '0x1f',
    '0o17',
    '1_000',
    '12:30:45',
    '2018-01-01',
    '1e3',
    '.5',
    '~',
    '',
    '=',
    '<<',
    'null',
    ' a ',
    '- a',
    '# a',
    'a: b',
    '@a',
    '\ta\n\n',
  ])('writes the string %j so that YAML of any version reads it', (text) => {
    const written = toYaml({ data: { [text]: text } });
    for (const version of ['1.1', '1.2'] as const)
      expect(parse(written, { version })).toEqual({ data: { [text]: text } });
  });

  it('writes whatever JSON holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const wanted = JSON.parse(JSON.stringify(value)) as unknown;
        for (const version of ['1.1', '1.2'] as const) expect(parse(toYaml(wanted), { version })).toEqual(wanted);
      }),
    );
  });
});

describe('readDump', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-dump-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string): ReturnType<typeof readDump> => {
    writeFileSync(join(folder, 'dump'), text);
    return readDump(join(folder, 'dump'));
  };
  const one = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

  it.each([
    ['a List of kubectl', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [one, one] }), 2],
    [
      'a list of the API',
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata: { name: 'a' } }] }),
      1,
    ],
    ['documents of YAML', `${toYaml(one)}---\n${toYaml(one)}---\n`, 2],
    ['JSON after JSON, as kubectl prints several', `${JSON.stringify(one)}\n---\n${JSON.stringify(one)}`, 2],
  ])('reads %s', async (_, text, count) => {
    expect(await read(text)).toEqual(Array.from({ length: count }, () => one));
  });

  it.each([
    ['nothing', '', /has no objects in it/],
    ['no YAML', 'a: b\nkey: [c2VjcmV0', /dump:\d+:\d+ is no YAML \(\w+\)/],
    [
      'something else',
      'a: b\n---\nsecret: c2VjcmV0\n',
      /dump:1: expected an object with apiVersion, kind and metadata/,
    ],
    ['a member that is none', JSON.stringify({ kind: 'List', items: [one, 3] }), /items\[1\]: expected an object/],
  ])('refuses %s, and quotes nothing', async (_, text, words) => {
    const refused = read(text);
    await expect(refused).rejects.toThrow(words);
    await expect(refused).rejects.not.toThrow(/c2VjcmV0/);
  });
});
