import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesOf } from '../../../src/client/export/files.js';
import { mayWrite, writeExport } from '../../../src/client/export/write.js';
import { exportOf } from '../../../src/export/export.js';

const files = (value: string): Map<string, string> =>
  filesOf(
    { cluster: 'old', version: 'v1.9.0', unread: [] },
    exportOf([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, data: { key: value } }]),
  );
const secretFile = 'objects/05-configuration/shop/secret.s.yaml';

describe('writeExport', () => {
  let ground = '';
  let folder = '';
  beforeEach(() => {
    ground = mkdtempSync(join(tmpdir(), 'kha-export-'));
    folder = join(ground, 'deep/old-export');
  });
  afterEach(() => rmSync(ground, { recursive: true }));

  it('writes for its owner only, and leaves nothing beside', async () => {
    await writeExport(folder, files('dA=='));
    expect(readFileSync(join(folder, secretFile), 'utf8')).toContain('key: dA==');
    for (const [path, mode] of [
      ['', 0o700],
      ['objects/05-configuration/shop', 0o700],
      [secretFile, 0o600],
      ['report.json', 0o600],
    ] as const)
      expect(statSync(join(folder, path)).mode & 0o777, path).toBe(mode);
    expect(readdirSync(join(ground, 'deep'))).toEqual(['old-export']);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).not.toContain('dA==');
  });

  it('takes the place of an export as it was written, through a link too, and of an empty folder', async () => {
    mkdirSync(folder, { recursive: true });
    await writeExport(folder, files('one'));
    symlinkSync(folder, join(ground, 'link'));
    await writeExport(join(ground, 'link'), files('two'));
    expect(readFileSync(join(folder, secretFile), 'utf8')).toContain('key: two');
    expect(readdirSync(join(ground, 'deep'))).toEqual(['old-export']);
  });

  it.each([
    ['somebody’s folder', (): void => writeFileSync(join(folder, 'notes.txt'), ''), /is not empty and is no export/],
    ['another program’s report', (): void => writeFileSync(join(folder, 'report.json'), '{}'), /no export of kha/],
    [
      'an export that was edited',
      (): void => writeFileSync(join(folder, secretFile), 'mine'),
      /secret\.s\.yaml was changed/,
    ],
    [
      'an export with a file more',
      (): void => writeFileSync(join(folder, 'objects/mine.yaml'), ''),
      /mine\.yaml, which is none of its files/,
    ],
  ])('refuses %s', async (what, spoil, words) => {
    if (what.startsWith('an export')) await writeExport(folder, files('one'));
    else mkdirSync(folder, { recursive: true });
    spoil();
    const before = readdirSync(folder, { recursive: true });
    await expect(mayWrite(folder)).rejects.toThrow(words);
    await expect(writeExport(folder, files('two'))).rejects.toThrow(words);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(readdirSync(join(ground, 'deep'))).toEqual(['old-export']);
  });

  it('leaves what stands there when it cannot write all', async () => {
    await writeExport(folder, files('one'));
    const broken = new Map([...files('two'), [`objects/${'x'.repeat(300)}`, '']]);
    await expect(writeExport(folder, broken)).rejects.toThrow(/ENAMETOOLONG/);
    expect(readFileSync(join(folder, secretFile), 'utf8')).toContain('key: one');
    expect(readdirSync(join(ground, 'deep'))).toEqual(['old-export']);
  });
});
