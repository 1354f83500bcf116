import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../../src/activities/ssh/connect.js';

/** Listens at a port that it prints, for two connections that nobody takes. */
const listening = `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`;

it('does not wait as long for a host that is off as for a login at one that is slow', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-reach-'));
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, '');
  const child = spawn(process.execPath, ['-e', listening], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  // The kernel goes on alone, and drops what asks for a third connection: as if the host were off.
  child.kill('SIGSTOP');
  const settings = { user: 'root', port: Number(port.toString()), agent: false, knownHosts };
  const others = Array.from({ length: 4 }, () => dial(settings.port, '127.0.0.1'));
  try {
    await Promise.all(others.slice(0, 2).map((one) => once(one, 'connect')));
    const begun = Date.now();
    await expect(connect({ name: 'm1', address: '127.0.0.1', settings })).rejects.toMatchObject({
      type: 'Unreachable',
      reason: `127.0.0.1:${settings.port} does not answer within 9 s`,
    });
    expect(Date.now() - begun).toBeLessThan(14_000);
  } finally {
    for (const one of others) one.destroy();
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
