import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Internet } from '../../../lab/internet/internet.js';
import { artifactOf, chartLayer } from '../../../src/bundle/add-ons/chart.js';
import { digestOfImage, pullLayer } from '../../../src/bundle/pull.js';
import { downloadsOf, internetOfFile } from '../sample-internet.js';
import { Folder } from '../samples.js';

let internet: Internet;
internetOfFile((one) => void (internet = one));

const address = 'oci://quay.io/charts/web:1.0.0';
const digest = (folder: Folder, image = 'quay.io/charts/web:1.0.0'): Promise<string> =>
  digestOfImage(downloadsOf(internet, folder), image);
const pulled = (folder: Folder, of: string, most = 1000): Promise<string> =>
  pullLayer(downloadsOf(internet, folder), of, { mediaType: chartLayer, most });

it('is pulled by its digest, with a token where the registry wants one, and once only', async () => {
  using folder = new Folder();
  const artifact = artifactOf(address, await digest(folder));
  expect(artifact).toMatch(/^quay\.io\/charts\/web@sha256:\w+$/);
  internet.asked.length = 0;
  expect(readFileSync(await pulled(folder, artifact), 'utf8')).toBe('the archive of a chart');
  expect(internet.asked.map(({ url }) => url).filter((url) => url.includes('1.0.0'))).toEqual([]);
  internet.asked.length = 0;
  expect(readFileSync(await pulled(folder, artifact), 'utf8')).toBe('the archive of a chart');
  expect(internet.asked).toEqual([]);
});

it('is refused where it is altered, too large, not there, or no chart', async () => {
  using folder = new Folder();
  const artifact = artifactOf(address, await digest(folder));
  const at = `https://quay.io/v2/charts/web/manifests/${artifact.split('@')[1]}`;
  internet.mishaps.set(at, { altered: true });
  await expect(pulled(folder, artifact)).rejects.toThrow(/^quay\.io\/charts\/web@\S+: .* is sha256:\w+, and sha256:/);
  internet.mishaps.clear();
  await expect(pulled(folder, artifact, 5)).rejects.toThrow(/larger than 5 bytes$/);
  await expect(pulled(folder, artifactOf(address, `sha256:${'a'.repeat(64)}`))).rejects.toThrow(
    /is not there \(404\)$/,
  );
  const image = 'registry.k8s.io/pause:3.10.2';
  const other = artifactOf(`oci://${image}`, await digest(folder, image));
  await expect(pulled(folder, other)).rejects.toThrow(/^registry\.k8s\.io\/pause@\S+: /);
});
