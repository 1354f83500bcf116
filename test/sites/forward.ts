import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What takes connections at an address of this machine to a port on its loopback. */
export interface Forwarder {
  readonly address: string;
  close(): Promise<void>;
}

/** Temporal's dev server on another address than loopback looks for its own parts on loopback all the same, and finds none. */
export async function forward(ip: string, to: string): Promise<Forwarder> {
  const [, port = ''] = /:(\d+)$/.exec(to) ?? [];
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const through = connect(Number(port), '127.0.0.1');
    for (const [one, other] of [
      [from, through],
      [through, from],
    ] as const) {
      open.add(one);
      one.pipe(other);
      // A connection that breaks is its owners' matter; both ends of it go.
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
    }
  });
  server.listen(Number(port), ip);
  await once(server, 'listening');
  return {
    address: `${ip}:${port}`,
    async close() {
      for (const one of open) one.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
