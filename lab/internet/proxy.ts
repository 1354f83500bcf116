import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Listening } from './internet.js';

/** Who goes through a proxy, and how. */
export interface Rules {
  /** `USER:PASSWORD`, where it wants a login. */
  readonly login?: string;
  /** Whether it lets nobody through to there, a name with a port. */
  readonly forbids?: (target: string) => boolean;
}

/** A proxy that tunnels to an emulated internet (RFC 9110, 9.3.6), whatever the name. */
export class Proxy implements AsyncDisposable {
  /** Tunnels that were dug: to which name and port, and from which address. */
  readonly tunnels: { readonly target: string; readonly from: string }[] = [];
  readonly port: number;
  readonly #server: Server;
  /** A server knows nothing of connections that became tunnels. */
  readonly #open: Set<Duplex>;

  private constructor(server: Server, open: Set<Duplex>) {
    this.#server = server;
    this.#open = open;
    this.port = (server.address() as AddressInfo).port;
  }

  /** `host`: the address that it listens at. */
  static async start(host: string, to: Listening, { login, forbids = () => false }: Rules = {}): Promise<Proxy> {
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    const server = createServer();
    const open = new Set<Duplex>();
    server.on('connect', ({ url: target = '', headers }, socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
      if (wanted !== undefined && headers['proxy-authorization'] !== wanted)
        return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      const from = 'remoteAddress' in socket ? String(socket.remoteAddress) : '';
      proxy.tunnels.push({ target, from });
      if (forbids(target)) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const there = connect(to.port, to.host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
      there.on('error', () => socket.destroy());
      socket.on('close', () => there.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    const proxy = new Proxy(server, open);
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    this.#server.closeAllConnections();
    await closed;
  }
}
