import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineStatus } from '../../src/engine/engine.js';
import { ground } from '../lab/ground.js';

const { done, folder, remove } = ground('none');
const status = async (): Promise<EngineStatus> =>
  JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = join(folder, 'newer');
const spec = join(folder, 'cluster.yaml');

/** A kha of other code, as a person has it who upgraded while the engine ran; what it asks no host answers. */
const newer = (): string =>
  spawnSync(process.execPath, [join(copy, 'bin/kha.js'), 'kubeconfig', spec], {
    env: { ...process.env, XDG_STATE_HOME: folder, TEMPORAL_ADDRESS: '' },
    encoding: 'utf8',
  }).stderr;

beforeAll(async () => {
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true, filter: (from) => !from.endsWith('.map') });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  appendFileSync(join(copy, 'dist/src/version.js'), '// newer\n');
  writeFileSync(
    spec,
    `apiVersion: kubernetes-ha.io/v1alpha1
kind: Cluster
name: prod
kubernetesVersion: v1.37.2
hosts: [{ name: m1, address: 127.0.0.1, roles: [control-plane], ssh: { port: 1 } }]
controlPlaneEndpoint: { type: local }
networking: { podSubnet: 10.244.0.0/16 }
`,
  );
  await done('engine', 'start');
});
afterAll(async () => {
  await done('engine', 'stop');
  remove();
});

it('leaves a worker of other code while a run is under way, and says so; renews it, and the watcher, afterwards', async () => {
  const before = await status();
  const connection = await Connection.connect({ address: before.address });
  const client = new Client({ connection });
  const run = await client.workflow.start('any', { workflowId: 'cluster/other', taskQueue: 'nobody' });
  const left = newer();
  expect(left).toMatch(
    /the engine’s worker is of kha .*, this is kha .*: it is left as it is, as runs .*\(cluster\/other\)/,
  );
  expect(left).toContain('Next: kha engine stop');
  expect((await status()).processes).toEqual(before.processes);

  await run.terminate();
  await connection.close();
  expect(newer()).toContain('Restarting the worker, as no run is under way');
  const after = await status();
  expect(after.processes.server).toBe(before.processes.server);
  for (const name of ['watcher', 'worker'] as const) expect(after.processes[name]).not.toBe(before.processes[name]);

  expect(newer()).not.toContain('worker is of kha');
  expect((await status()).processes).toEqual(after.processes);
}, 400_000);
