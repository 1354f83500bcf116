import type { Machine } from '../cluster/cluster.js';
import type { Fact } from '../facts/fact.js';

/** A machine that can be asked: all that `check` and a plan ever see, so neither can change anything. */
export interface Asked {
  readonly machine: Machine;
  /** Asks one fact, as root. Throws Unreachable when the host does not answer, and whatever the parser throws. */
  read<T>(fact: Fact<T>): Promise<T>;
}

export interface RunOptions {
  /** Given to the command on standard input. */
  readonly stdin?: string;
  /** Neither the command nor its output enters an error, a log or a heartbeat. */
  readonly secret?: boolean;
}

export interface WriteOptions {
  /** Octal permissions; 0644 unless told. */
  readonly mode?: string;
  readonly secret?: boolean;
}

/** A machine that can be changed. Everything runs as root, through sudo where the SSH user is another. */
export interface Host extends Asked {
  /** Runs a short command and gives its standard output. Throws CommandFailed on any exit code but 0. */
  run(command: string, options?: RunOptions): Promise<string>;
  /** Replaces a file whole: temporary file beside it, fsync, rename. Makes its folders (0755). */
  write(path: string, content: string, options?: WriteOptions): Promise<void>;
  /**
   * Runs a long script as a transient systemd unit named after cluster, step and host, and gives its output. A later
   * attempt of the same activity finds the running unit, or what it ended with, instead of running it twice.
   * Throws CommandFailed with the first error of the output.
   */
  runUnit(script: string): Promise<string>;
}
