import { ending, type Ending } from './wire.js';

/** Both streams as they came, and what the command ended with. */
export interface Said {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** What the root shell saw it end with, or itself ended with; 128 and the signal's number where one ended it. */
  readonly code: number;
  /** Bytes of both streams; those beyond `kept` are not in them. */
  readonly size: number;
}

/** More than any command says; a host that never stops talking would fill the worker's memory. */
export const kept = 8 * 1024 * 1024;
/** No ending is longer. */
const longest = 80;

/** What comes of one order, until both streams have told its end. */
export class Hearing {
  readonly #mark: string;
  readonly #streams = { stdout: new Stream(), stderr: new Stream() };
  #size = 0;

  constructor(mark: string) {
    this.#mark = mark;
  }

  hear(name: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#size += chunk.length;
    this.#streams[name].hear(chunk, this.#mark, this.#size <= kept);
  }

  /** Once both streams have it. */
  get end(): Ending | undefined {
    const { stdout, stderr } = this.#streams;
    return stderr.end && stdout.end;
  }

  said(code: number): Said {
    const { stdout, stderr } = this.#streams;
    return { stdout: stdout.whole, stderr: stderr.whole, code, size: this.#size };
  }

  /** What has come so far of a stream. */
  text(name: 'stdout' | 'stderr'): string {
    return this.#streams[name].whole.toString('latin1');
  }
}

class Stream {
  readonly #chunks: Buffer[] = [];
  #tail = '';
  end: Ending | undefined;

  hear(chunk: Buffer, mark: string, keep: boolean): void {
    if (keep) this.#chunks.push(chunk);
    if (this.end) return;
    const text = this.#tail + chunk.toString('latin1');
    this.end = ending(text, mark);
    this.#tail = text.slice(-longest);
  }

  get whole(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }
}
