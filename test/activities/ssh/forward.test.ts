import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Bundles, type OpenBundle } from '../../../src/activities/bundles.js';
import { Forward } from '../../../src/activities/ssh/forward.js';
import { cluster } from '../../clusters.js';
import { describedBundle } from '../../described-bundle.js';
import { noSshd, startSshd, type Sshd } from './sshd.js';

const run = promisify(execFile);
const never = new AbortController().signal;
/** As a process of the host would ask. */
const ask = async (port: number, path = '/'): Promise<string> =>
  (await run('curl', ['-sS', '--noproxy', '*', '--max-time', '10', `http://127.0.0.1:${port}${path}`])).stdout;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

/** An HTTP server that listens nowhere, and how many connections it was handed. */
function served() {
  const server = createServer(
    ({ url }, response) => void response.end(url === '/large' ? 'x'.repeat(20_000_000) : url),
  );
  const seen = { connections: 0 };
  const serve = (connection: Duplex): void => {
    seen.connections += 1;
    server.emit('connection', connection);
  };
  return { serve, seen };
}

async function host(...options: string[]): Promise<Sshd> {
  const sshd = await startSshd(options);
  closing.push(() => sshd.stop());
  return sshd;
}

const targetOf = ({ settings }: Sshd) => ({ name: 'm1', address: '127.0.0.1', settings });

describe.skipIf(noSshd !== '')(`a way back from a host${noSshd && ` (${noSshd})`}`, () => {
  it('serves whoever asks on the host’s loopback, many at once and twenty megabytes, over one login', async () => {
    const sshd = await host();
    const { serve, seen } = served();
    const forward = new Forward(targetOf(sshd), serve);
    closing.push(() => forward.close());
    const ports = await Promise.all([forward.port(never), forward.port(never), forward.port(never)]);
    expect(new Set(ports).size).toBe(1);
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    expect(await Promise.all(paths.map((path) => ask(ports[0], path)))).toEqual(paths);
    const { stdout } = await run('sh', ['-c', `curl -sS --noproxy '*' http://127.0.0.1:${ports[0]}/large | wc -c`]);
    expect(stdout.trim()).toBe('20000000');
    expect(seen.connections).toBe(21);
    expect(sshd.logins()).toBe(1);
  });

  it('opens another port once the connection is gone, whatever became of the first', async () => {
    const sshd = await host();
    const forward = new Forward(targetOf(sshd), served().serve);
    closing.push(() => forward.close());
    const first = await forward.port(never);
    for (const pid of sshd.sessions()) process.kill(pid, 'SIGKILL');
    await expect.poll(async () => ask(await forward.port(never), '/again').catch(() => '')).toBe('/again');
    await expect(ask(first, '/old').then((said) => `${said} at the old port`)).rejects.toThrow();
  });

  it.each([['AllowTcpForwarding no'], ['DisableForwarding yes'], ['PermitListen none']])(
    'says that sshd forwards nothing with %s, and what to do',
    async (option) => {
      const forward = new Forward(targetOf(await host(option)), served().serve);
      await expect(forward.port(never)).rejects.toMatchObject({
        type: 'Refused',
        host: 'm1',
        reason: expect.stringMatching(/^sshd lets root in and forwards no port/) as string,
        next: expect.stringMatching(/AllowTcpForwarding.*source\.registry/) as string,
      });
    },
  );

  it('lets go whoever is cancelled, and nobody else', async () => {
    const forward = new Forward(targetOf(await host()), served().serve);
    closing.push(() => forward.close());
    const cancelled = new AbortController();
    const [one, other] = [forward.port(cancelled.signal), forward.port(never)];
    cancelled.abort(new Error('enough'));
    await expect(one).rejects.toThrow('enough');
    expect(await ask(await other, '/on')).toBe('/on');
  });
});

describe.skipIf(noSshd !== '')('the bundle of a worker', () => {
  const wanted = (sshd: Sshd) =>
    cluster({
      source: { file: { path: '/b.tar', unsigned: true } },
      ssh: sshd.settings,
      hosts: [{ name: 'm1', address: '127.0.0.1', roles: ['control-plane'] }],
    });
  const open = (serve: OpenBundle['serve']) => () => Promise.resolve({ description: describedBundle(), serve });

  it('is lent to two steps of one host by one way, which outlives either', async () => {
    const sshd = await host();
    const { serve, seen } = served();
    const bundles = new Bundles(open(serve));
    closing.push(() => bundles.close());
    const spec = wanted(sshd);
    const [one, other] = [bundles.lend(spec, spec.hosts[0]!, never), bundles.lend(spec, spec.hosts[0]!, never)];
    expect(await one.description()).toEqual(describedBundle());
    const port = await one.port();
    expect(await other.port()).toBe(port);
    one.giveBack();
    expect(await ask(port, '/still')).toBe('/still');
    other.giveBack();
    expect(await bundles.lend(spec, spec.hosts[0]!, never).port()).toBe(port);
    expect([sshd.logins(), seen.connections]).toEqual([1, 1]);
  });

  it('names worker, file and reason where it is refused, and leaves the host alone', async () => {
    const sshd = await host();
    const bundles = new Bundles(() => Promise.reject(new Error('it is cut off within x')));
    const spec = wanted(sshd);
    await expect(bundles.lend(spec, spec.hosts[0]!, never).port()).rejects.toMatchObject({
      type: 'BundleRefused',
      host: 'worker',
      reason: expect.stringMatching(
        /^the bundle \/b\.tar on \S+, where the worker runs: it is cut off within x$/,
      ) as string,
    });
    expect(sshd.logins()).toBe(0);
  });
});
