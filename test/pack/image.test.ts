import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPackages } from '../../lab/packages.js';
import { freePort } from '../../src/engine/ports.js';
import { run } from '../../src/engine/run-program.js';
import { temporalCli } from '../../src/engine/temporal-cli.js';
import { taskQueue } from '../../src/workflows/messages.js';
import { WorkerImage, type ImageConfig } from './worker-image.js';
import { heapOptions } from '../../src/engine/heap.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const silent = (): void => undefined;
const image = new WorkerImage(mkdtempSync(join(tmpdir(), 'kha-image-')), root, silent);
const started: ChildProcess[] = [];

/** Starts a program that ends with this test; what it says is added up. */
function start(command: string, args: readonly string[]): { said: string } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { said: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output.said += String(text)));
  started.push(child);
  return output;
}

describe('the image of a worker', () => {
  let config: ImageConfig;
  let folder: string;
  beforeAll(async () => {
    await installPackages(silent, { buildah: 'buildah' });
    config = await image.build();
    folder = await image.mount();
  }, 3_600_000);
  afterAll(async () => {
    const ended = started.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of started) child.kill('SIGTERM');
    await Promise.all(ended);
    await image.remove();
  });

  it('runs kha worker as a user who is not root, and holds no tool of its making', () => {
    expect(config).toMatchObject({ User: 'node', WorkingDir: '/app', Cmd: ['worker'] });
    expect(config.Entrypoint).toEqual(['node', ...heapOptions, 'bin/kha.js']);
    expect(existsSync(join(folder, 'app/dist/workflow-bundle.js'))).toBe(true);
    expect(readdirSync(join(folder, 'app'))).not.toContain('src');
    expect(existsSync(join(folder, 'app/node_modules/typescript'))).toBe(false);
  });

  it('connects to a Temporal server and takes the task queue', async () => {
    const [port, program] = [await freePort(0), await temporalCli(silent)];
    const address = `127.0.0.1:${port}`;
    start(program, ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`]);
    // As the image says it is run, its root file system read-only.
    const worker = start('systemd-nspawn', [
      ...['--quiet', '--register=no', '--keep-unit', '--as-pid2', '--read-only', '--tmpfs=/tmp', '--hostname=packed'],
      ...[`--directory=${folder}`, `--user=${config.User}`, `--chdir=${config.WorkingDir}`],
      ...[`--setenv=TEMPORAL_ADDRESS=${address}`, '--', ...config.Entrypoint, ...config.Cmd],
    ]);
    await expect.poll(() => worker.said, { timeout: 90_000 }).toContain(`serves ${taskQueue} at ${address}`);
    const queue = ['task-queue', 'describe', '--task-queue', taskQueue, '--address', address, '--output', 'json'];
    const pollers = async (): Promise<string> => run(program, queue);
    await expect.poll(pollers, { timeout: 30_000 }).toMatch(/"identity": "\d+@packed"/);
  });
});
