import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { fetchedManifest } from '../../../src/bundle/add-ons/fetched.js';
import { OtherThanWanted } from '../../../src/bundle/download.js';
import { internetOfFile, reachOf } from '../sample-internet.js';
import { Folder } from '../samples.js';

const url = 'https://raw.githubusercontent.com/projectcalico/calico/v3.28.5/manifests/calico.yaml';
const content = 'kind: List\n';
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
const wanted = { name: 'network', url, digest };

let internet: Internet;
internetOfFile((one) => void (internet = one));

const fetched = (folder: Folder, one = wanted): Promise<string> =>
  fetchedManifest(one, reachOf(internet), { folder: folder.at('cache'), pause: 1 });

it('comes once, and is there when its address is gone', async () => {
  using folder = new Folder();
  expect(await fetched(folder)).toBe(content);
  internet.mishaps.set(url, { status: 404, times: 99 });
  expect(await fetched(folder)).toBe(content);
  expect(internet.asked).toHaveLength(1);
});

it('is refused by name when it is another, and leaves nothing', async () => {
  using folder = new Folder();
  const other = { ...wanted, digest: `sha256:${'0'.repeat(64)}` };
  const failed = fetched(folder, other);
  await expect(failed).rejects.toThrow(OtherThanWanted);
  await expect(failed).rejects.toThrow(/^network: https:\S+calico\.yaml is sha256:\w+, and sha256:0+ is published/);
  expect(readdirSync(folder.at('cache'))).toEqual([]);
});

it('is refused by name when it is not there', async () => {
  using folder = new Folder();
  internet.mishaps.set(url, { status: 404, times: 99 });
  await expect(fetched(folder)).rejects.toThrow(/^network: https:\S+calico\.yaml is not there \(404\)$/);
});
