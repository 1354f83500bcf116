import { Client, type ConnectConfig } from 'ssh2';
import { expandHome } from '../secrets.js';
import { inUrl } from '../../cluster/ip.js';
import { algorithms, hopsTo, loginLimit, unreachable, way, type Target } from './connect.js';
import { contentOf, hostKeyCheck } from './host-key.js';
import { judge, parseKnownHosts, type Verdict } from './known-hosts.js';

/** The key that a host shows, and what its known_hosts file says of it. */
export interface ShownKey extends Verdict {
  readonly target: Target;
  readonly key: Buffer;
  /** The known_hosts file, its path whole. */
  readonly file: string;
}

/**
 * Asks a host for its key, and logs in to nothing but the jump hosts before it, whose own keys must be known. Throws what
 * going through them throws, and Unreachable where the host shows no key.
 */
export async function shownKey(target: Target): Promise<ShownKey> {
  const { name, address, settings } = target;
  const check = await hostKeyCheck(name, address, settings.port, settings.knownHosts);
  const { socket, end } = await way(hopsTo(target), target);
  try {
    const key = await new Promise<Buffer>((resolve, reject) => {
      const client = new Client();
      const config: ConnectConfig = {
        host: address,
        port: settings.port,
        username: settings.user,
        ...(socket ? { sock: socket } : {}),
        hostVerifier: (shown: Buffer) => {
          resolve(shown);
          // The key is all that is wanted: ssh2 ends the connection where it is not taken.
          return false;
        },
        algorithms: { ...algorithms, serverHostKey: check.algorithms } as ConnectConfig['algorithms'],
        readyTimeout: loginLimit,
      };
      const failed = (why: string): void =>
        reject(unreachable(name, `${inUrl(address)}:${settings.port} shows no host key: ${why}`));
      client.on('error', (error) => failed(error.message));
      client.on('close', () => failed('it closed the connection'));
      client.connect(config);
    });
    const file = expandHome(settings.knownHosts);
    return { target, key, file, ...judge(parseKnownHosts(await contentOf(file)), address, settings.port, key) };
  } finally {
    end();
  }
}
