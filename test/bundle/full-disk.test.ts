import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Archive } from '../../src/bundle/archive.js';
import { pushArchive } from '../../src/bundle/push.js';
import { parseAddress, RegistryClient } from '../../src/bundle/registry-client.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { realRegistry, robot } from './real-registry.js';
import { Folder, source } from './samples.js';

/** Only root mounts. */
const mounts = process.getuid?.() === 0;
const big = 'k'.repeat(3_000_000);

/** A file system of a megabyte, gone after the test. */
class SmallDisk implements Disposable {
  readonly path: string;
  constructor(folder: Folder) {
    this.path = folder.at('small');
    mkdirSync(this.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'kha-test', this.path]);
  }
  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
  }
}

it.runIf(mounts)('says where there is no room for a bundle, and leaves nothing of it there', async () => {
  using folder = new Folder();
  using disk = new SmallDisk(folder);
  const path = `${disk.path}/b.tar`;
  await expect(writeArchive(path, source(folder, big))).rejects.toThrow(
    /small\/b\.tar cannot be written: ENOSPC: no space left on device/,
  );
  expect(readdirSync(disk.path)).toEqual([]);
});

it.runIf(mounts)('says that a registry is full, and sends the rest once there is room', async () => {
  using folder = new Folder();
  using disk = new SmallDisk(folder);
  await using registry = await realRegistry(folder, disk.path);
  await writeArchive(folder.at('a.tar'), source(folder, big));
  await using archive = await Archive.open(folder.at('a.tar'));
  const push = (): ReturnType<typeof pushArchive> => {
    const address = parseAddress(`${registry.host}/k8s`);
    return pushArchive(archive, new RegistryClient({ address, plainHttp: true, login: robot }), () => undefined);
  };
  await expect(push()).rejects.toThrow(
    /^PUT http:\/\/127\.0\.0\.1:\d+\/v2\/k8s\/[\w\/-]+ answered 500: unknown error; its log says why: a full disk, most often$/,
  );
  execFileSync('mount', ['-o', 'remount,size=16m', disk.path]);
  const { sent, present } = await push();
  expect(sent).toBeGreaterThan(0);
  expect(sent + present).toBe(8);
});
