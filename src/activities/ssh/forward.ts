import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { HostFailure } from '../failure.js';
import { connect, unreachable, type Target } from './connect.js';

/** How long sshd may take to open a port; milliseconds. */
const opening = 15_000;

/**
 * A port on a host’s loopback by which whoever is on that host reaches this process, through a connection of its own: what
 * commands do to theirs is no matter to a download. sshd chooses the port, so that a worker that died, whose port sshd
 * still holds, stands in nobody’s way.
 */
export class Forward {
  readonly #target: Target;
  readonly #serve: (connection: Duplex) => void;
  #open: Promise<{ client: Client; port: number }> | undefined;

  constructor(target: Target, serve: (connection: Duplex) => void) {
    this.#target = target;
    this.#serve = serve;
  }

  /**
   * The port, opened where it is not, or is no more. Throws what `connect` throws, Refused where sshd opens no port, and the
   * signal’s reason; what others wait for goes on without this one.
   */
  async port(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const open = (this.#open ??= this.#begin());
    let aborted = (): void => undefined;
    const given = new Promise<never>((_, reject) => {
      aborted = () => reject(signal.reason as Error);
      signal.addEventListener('abort', aborted, { once: true });
    });
    try {
      return (await Promise.race([open, given])).port;
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    // One that could not be opened was told to whoever asked for it.
    open?.then(
      ({ client }) => client.end(),
      () => undefined,
    );
  }

  #begin(): Promise<{ client: Client; port: number }> {
    const open = this.#connected();
    const over = (): void => {
      if (this.#open === open) this.#open = undefined;
    };
    open.then(({ client }) => client.once('close', over), over);
    return open;
  }

  async #connected(): Promise<{ client: Client; port: number }> {
    const client = await connect(this.#target);
    client.on('tcp connection', (_, accept) => {
      const channel = accept();
      // A download that is given up ends its connection; nobody waits to hear of it.
      channel.on('error', () => channel.destroy());
      this.#serve(channel);
    });
    try {
      return { client, port: await this.#listening(client) };
    } catch (error) {
      client.end();
      throw error;
    }
  }

  #listening(client: Client): Promise<number> {
    const { name, settings } = this.#target;
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(unreachable(name, 'the connection broke while a port was opened'));
      const late = setTimeout(() => {
        reject(unreachable(name, `sshd opened no port within ${opening / 1_000} s`));
      }, opening);
      client.once('close', lost);
      client.forwardIn('127.0.0.1', 0, (error, port) => {
        clearTimeout(late);
        client.removeListener('close', lost);
        if (!error) return resolve(port);
        reject(
          new HostFailure('Refused', {
            host: name,
            reason: `sshd lets ${settings.user} in and forwards no port, so the bundle cannot be served through the connection: ${error.message}`,
            next: 'allow it in sshd_config (AllowTcpForwarding remote or yes, no DisableForwarding; PermitListen, where it stands, has to allow 127.0.0.1:*) and in authorized_keys (neither restrict nor no-port-forwarding), then answer retry; or install from a registry (source.registry)',
          }),
        );
      });
    });
  }
}
