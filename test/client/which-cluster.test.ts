import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, expect, it } from 'vitest';
import { whichCluster } from '../../src/client/which-cluster.js';
import { good } from './spec/wrong-specs.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-which-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('takes a spec file for itself, and asks the server for no run', async () => {
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, good);
  const server = new Proxy({} as Client, {
    get: (_, name) => {
      throw new Error(`the server was asked for ${String(name)}`);
    },
  });
  expect((await whichCluster(server, file)).name).toBe('prod');
  await expect(whichCluster(server, 'prod')).rejects.toThrow('the server was asked for workflow');
});
