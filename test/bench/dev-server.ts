import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { devServer } from '../../src/engine/dev-server.js';
import { temporalCli } from '../../src/engine/temporal-cli.js';
import { freePort } from '../activities/ssh/sshd.js';
import { tied } from './tied.js';

/** The engine's server, started as the engine starts it, with a database file of its own. */
export interface Started {
  readonly address: string;
  stop(): Promise<void>;
}

export async function startServer(): Promise<Started> {
  const program = await temporalCli(({ what, state }) => console.log(`${what}: ${state}`));
  // Not /tmp, which may be memory.
  const folder = mkdtempSync('/var/tmp/kha-bench-');
  const [port, uiPort] = [await freePort(), await freePort()];
  const server = tied(program, devServer(join(folder, 'temporal.db'), { port, uiPort }), [
    'ignore',
    'ignore',
    'inherit',
  ]);
  const address = `127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(address);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}

async function answers(address: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await (await Connection.connect({ address, connectTimeout: 1_000 })).close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
