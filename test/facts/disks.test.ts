import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disks, syncedWrites } from '../../src/facts/disks.js';
import type { Fact } from '../../src/facts/fact.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-disks-'));
const fstab = join(folder, 'fstab');
beforeAll(() => mkdirSync(join(folder, 'there')));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks this machine's own shell, with another /etc/fstab. */
const ask = <T>(fact: Fact<T>): T => {
  const command = fact.command.replaceAll('/etc/fstab', fstab);
  return fact.parse({ code: 0, stdout: execFileSync('sh', ['-c', command], { encoding: 'utf8' }), stderr: '' });
};

it('measures where a folder will lie that is not there yet', () => {
  const { bavail, bsize } = statfsSync(folder);
  const [first, second, root] = ask(disks([join(folder, 'not/yet'), join(folder, 'there'), '/not-there']));
  expect(Math.abs(first!.freeMb - (bavail * bsize) / 2 ** 20)).toBeLessThan(500);
  expect(first!.fileSystem).toBe(second!.fileSystem);
  expect(root!.fileSystem).not.toBe('');
});

it('sees a disk that fstab names and that is not mounted, at the folder or above it', () => {
  const place = join(folder, 'disk');
  writeFileSync(
    fstab,
    `# /dev/x ${folder} ext4\n\n/dev/a / ext4 defaults 0 1\nb none swap sw 0 0\n/dev/c ${place}/ xfs nofail 0 2\n`,
  );
  expect(ask(disks([place, join(place, 'etcd'), `${place}-other`, '/proc'])).map((one) => one.unmounted)).toEqual([
    place,
    place,
    undefined,
    undefined,
  ]);
  writeFileSync(fstab, 'proc /proc proc defaults 0 0\n');
  expect(ask(disks(['/proc/x', folder])).map((one) => one.unmounted)).toEqual([undefined, undefined]);
});

it('writes for a measure beside a folder that is not there yet, and leaves nothing', () => {
  expect(ask(syncedWrites(join(folder, 'there/etcd')))).toBeGreaterThan(0);
  expect(execFileSync('ls', ['-A', join(folder, 'there')], { encoding: 'utf8' })).toBe('');
});
