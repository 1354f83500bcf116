import type { Client, ClientChannel } from 'ssh2';
import { Hearing, type Said } from './hearing.js';
import type { Opening } from './wire.js';

/** One order and how long it is waited for. */
export interface Errand {
  readonly mark: string;
  readonly text: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which nobody waits any longer, and why. */
  readonly limit: number;
  readonly late: () => Error;
}

/** sshd opens no further session on this connection (sshd_config(5), MaxSessions). */
export class ChannelRefused extends Error {}
/** The connection broke, or sshd ended the channel without a word. */
export class Broken extends Error {}

/**
 * How a shell came to its end: sshd did not open it, or it is over, or `held`: the host holds on to a command that was
 * given up, and with it to one of the sessions that it allows a connection.
 */
export type How = 'refused' | 'over' | 'held';

/** What a command that was told to stop may take for it; milliseconds. */
const grace = 5_000;
/** For how long a shell that has ended is listened to while somebody else holds its streams; milliseconds. */
const lingering = 1_000;

/** A root shell on a channel of its own, which carries out one order after another. */
export class Shell {
  readonly #client: Client;
  readonly #ended: (how: How) => void;
  #opening: Opening['then'];
  /** Goes as soon as the shell takes orders. */
  #unsent = '';
  #channel: ClientChannel | undefined;
  #code: number | undefined;
  #used = false;
  #over = false;
  #finished = false;
  #hearing: Hearing | undefined;
  /** Ends the errand under way. */
  #settle: (outcome: Said | Error) => void = () => undefined;

  /** `ended` is called once. */
  constructor(client: Client, { line, first, then }: Opening, ended: (how: How) => void) {
    this.#client = client;
    this.#ended = ended;
    this.#opening = then;
    client.once('close', this.#lost);
    try {
      client.exec(line, (error, channel) => this.#started(error, channel, first));
    } catch (error) {
      // What waits for it is told once it has come.
      queueMicrotask(() => this.#end('over', new Broken(error instanceof Error ? error.message : String(error))));
    }
  }

  /** Whether it takes another order. */
  get open(): boolean {
    return !this.#over;
  }

  /** sshd has opened it. */
  get used(): boolean {
    return this.#used;
  }

  /** Rejects with ChannelRefused, Broken, the signal's reason or what `late` makes. */
  carryOut({ mark, text, signal, limit, late }: Errand): Promise<Said> {
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(new Broken('the shell had ended'));
      this.#hearing = new Hearing(mark);
      const timer = setTimeout(() => this.#giveUp(late()), limit);
      const aborted = (): void => this.#giveUp(signal?.reason as Error);
      signal?.addEventListener('abort', aborted, { once: true });
      this.#settle = (outcome) => {
        this.#settle = () => undefined;
        this.#hearing = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      if (this.#channel && !this.#opening) this.#channel.write(text);
      else this.#unsent = text;
    });
  }

  /** Lets an idle one go: without input it ends. */
  close(): void {
    this.#over = true;
    this.#channel?.end();
  }

  #started(error: Error | undefined, channel: ClientChannel, first: string): void {
    if (error) {
      const refused = 'reason' in error;
      const why = refused ? new ChannelRefused(error.message) : new Broken(error.message);
      return this.#end(refused ? 'refused' : 'over', why);
    }
    this.#channel = channel;
    this.#used = true;
    channel.on('data', (chunk: Buffer) => this.#hear('stdout', chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#hear('stderr', chunk));
    const over = (): void => this.#end('over', this.#lastWords());
    channel.on('exit', (exit: number | null, name?: string) => {
      this.#code = exit ?? 128 + (signals[name ?? ''] ?? 0);
      // What it left behind may hold its streams.
      setTimeout(() => {
        over();
        channel.close();
      }, lingering).unref();
    });
    channel.on('close', over);
    channel.on('error', (reason: Error) => this.#settle(new Broken(reason.message)));
    if (this.#over) return void channel.end();
    channel.write(this.#opening ? first : first + this.#waiting());
  }

  #hear(name: 'stdout' | 'stderr', chunk: Buffer): void {
    const hearing = this.#hearing;
    // Of an order that was given up, nobody wants to know.
    if (!hearing) return;
    hearing.hear(name, chunk);
    if (this.#opening) this.#goOn(this.#opening, hearing);
    const { end } = hearing;
    if (!end) return;
    if (end.held) this.close();
    this.#settle(hearing.said(end.status));
  }

  #goOn({ text, now }: NonNullable<Opening['then']>, hearing: Hearing): void {
    const next = now(hearing.text('stdout'), hearing.text('stderr'));
    if (next === 'wait') return;
    this.#opening = undefined;
    if (next === 'send') this.#channel?.write(text + this.#waiting());
    else this.#channel?.end();
  }

  /** The order that came before the shell could take it; it may hold secrets, and is not kept. */
  #waiting(): string {
    const text = this.#unsent;
    this.#unsent = '';
    return text;
  }

  #giveUp(reason: Error): void {
    this.#over = true;
    this.#settle(reason);
    // sshd passes it on to the shell; sudo's is not the login user's to signal, and its command goes by its limit.
    if (this.#code === undefined) this.#channel?.signal('TERM');
    setTimeout(() => {
      this.#channel?.close();
      this.#end('held', reason);
    }, grace).unref();
  }

  #lost = (): void => this.#end('over', new Broken('the host closed it'));

  /** What the order under way came to where its shell ended. */
  #lastWords(): Said | Error {
    if (this.#code === undefined || !this.#hearing) return new Broken('the channel ended without an exit code');
    return this.#hearing.said(this.#code);
  }

  #end(how: How, outcome: Said | Error): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#over = true;
    this.#client.removeListener('close', this.#lost);
    this.#settle(outcome);
    this.#ended(how);
  }
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
