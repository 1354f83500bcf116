import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ground } from '../lab/ground.js';

/** The release before the newest, out of a bundle as a user makes it, on a fleet of two systems. */
const kubernetes = 'v1.36.3';
const name = 'releases';
const { done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const file = join(folder, 'b.tar');

const build = (path: string): Promise<string> =>
  done('bundle', 'build', '--kubernetes', kubernetes, '--system', 'debian-13,debian-12', '--output', path);

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

beforeAll(() => build(file));
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('is built twice with equal bytes, and proved', async () => {
  await build(join(folder, 'again.tar'));
  expect(await sha256(join(folder, 'again.tar'))).toBe(await sha256(file));
  expect(await done('bundle', 'verify', file, '--unsigned')).toContain(`Kubernetes ${kubernetes}`);
});

it('installs a control plane of Debian 13 and a worker of Debian 12', async () => {
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file, '--worker-system', 'debian-12');
  expect(await done('install', spec)).toContain(`Kubernetes ${kubernetes} stands`);
  const { items } = JSON.parse(await lab('kubectl', 'get', 'nodes', '-o', 'json')) as { items: unknown[] };
  const node = (of: string, osImage: RegExp): object => ({
    metadata: { name: of },
    status: {
      nodeInfo: { kubeletVersion: kubernetes, osImage: expect.stringMatching(osImage) as string },
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as object,
    },
  });
  expect(items).toMatchObject([node('m1', /Debian GNU\/Linux 13/), node('w1', /Debian GNU\/Linux 12/)]);
  expect(await done('install', spec)).toContain('nothing to do');
});
