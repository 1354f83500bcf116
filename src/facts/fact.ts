/** What a command left behind: its exit code and both streams as UTF-8. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A question that a host answers without being changed: one read-only command and the parser of its answer. */
export interface Fact<T> {
  readonly command: string;
  parse(output: Output): T;
  /** Given to the command on standard input: what must not stand in a process list. */
  readonly stdin?: string;
  /** The answer holds key material: it enters no error, log or heartbeat. */
  readonly secret?: boolean;
}
