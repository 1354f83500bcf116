import type { Client, ClientChannel } from 'ssh2';

/** Both streams as they came, and what the channel ended with. */
export interface Said {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** 128 and the signal's number where one ended it. */
  readonly code: number;
  /** Bytes of both streams; those beyond `kept` are not in them. */
  readonly size: number;
}

export interface Speech {
  readonly line: string;
  /** Goes at once. */
  readonly first: string;
  /** Goes when `now` says so of what has come so far, and the input ends; `undefined` ends it without more. */
  readonly then?: { readonly text: string; now(stdout: string, stderr: string): 'send' | 'end' | 'wait' };
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which nobody waits any longer, and why. */
  readonly limit: number;
  readonly late: () => Error;
  /**
   * Called once, when the channel is free again, or was `refused` in the first place. `held`: the host holds on to a
   * command that was given up, and with it to one of the sessions that it allows a connection.
   */
  readonly freed: (how: 'free' | 'refused' | 'held') => void;
}

/** sshd opens no further session on this connection (sshd_config(5), MaxSessions). */
export class ChannelRefused extends Error {}
/** The connection broke, or sshd ended the channel without a word. */
export class Broken extends Error {}

/** More than any command says; a host that never stops talking would fill the worker's memory. */
export const kept = 8 * 1024 * 1024;
/** What a command that was told to stop may take for it; milliseconds. */
const grace = 5_000;
/** A daemon may hold the streams of a command that has ended; milliseconds until nobody listens to it any more. */
const lingering = 1_000;

/** Gives one command on a channel of its own. Rejects with ChannelRefused, Broken, the signal's reason or what `late` makes. */
export function talk(client: Client, speech: Speech): Promise<Said> {
  return new Promise((resolve, reject) => {
    const heard = { stdout: [] as Buffer[], stderr: [] as Buffer[], size: 0 };
    let channel: ClientChannel | undefined;
    let code: number | undefined;
    let over = false;
    let free = false;

    const settle = (act: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      speech.signal?.removeEventListener('abort', aborted);
      act();
    };
    const release: Speech['freed'] = (how) => {
      if (free) return;
      free = true;
      client.removeListener('close', lost);
      speech.freed(how);
    };
    const lost = (): void => {
      settle(() => reject(new Broken('the host closed it')));
      release('free');
    };
    const giveUp = (reason: Error): void => {
      settle(() => reject(reason));
      stop();
      setTimeout(() => {
        channel?.close();
        release('held');
      }, grace).unref();
    };
    // sshd passes it on to the command's process group; sudo's is not the login user's to signal, and goes by its limit.
    const stop = (): void => void (channel && code === undefined && channel.signal('TERM'));
    const aborted = (): void => giveUp(speech.signal?.reason as Error);
    const timer = setTimeout(() => giveUp(speech.late()), speech.limit);

    const end = (): void => {
      settle(() => {
        if (code === undefined) reject(new Broken('the channel ended without an exit code'));
        else
          resolve({
            stdout: Buffer.concat(heard.stdout),
            stderr: Buffer.concat(heard.stderr),
            code,
            size: heard.size,
          });
      });
      release('free');
    };
    const started = (error: Error | undefined, stream: ClientChannel): void => {
      if (error) {
        const refused = 'reason' in error;
        settle(() => reject(refused ? new ChannelRefused(error.message) : new Broken(error.message)));
        return release(refused ? 'refused' : 'free');
      }
      channel = stream;
      const keep = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
        heard.size += chunk.length;
        if (heard.size <= kept) heard[name].push(chunk);
        goOn();
      };
      stream.on('data', keep('stdout'));
      stream.stderr.on('data', keep('stderr'));
      stream.on('exit', (exit: number | null, name?: string) => {
        code = exit ?? 128 + (signals[name ?? ''] ?? 0);
        setTimeout(() => {
          end();
          stream.close();
        }, lingering).unref();
      });
      stream.on('close', end);
      stream.on('error', (reason: Error) => settle(() => reject(new Broken(reason.message))));
      if (over) return stop();
      if (!speech.then) return void stream.end(speech.first);
      stream.write(speech.first);
    };
    let waiting = speech.then;
    const goOn = (): void => {
      if (!waiting) return;
      const text = (name: 'stdout' | 'stderr'): string => Buffer.concat(heard[name]).toString('latin1');
      const now = waiting.now(text('stdout'), text('stderr'));
      if (now === 'wait') return;
      channel?.end(now === 'send' ? waiting.text : '');
      waiting = undefined;
    };

    client.once('close', lost);
    speech.signal?.addEventListener('abort', aborted, { once: true });
    try {
      client.exec(speech.line, started);
    } catch (error) {
      settle(() => reject(new Broken(error instanceof Error ? error.message : String(error))));
      release('free');
    }
  });
}

const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  TERM: 15,
};
