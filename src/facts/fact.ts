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
  /**
   * Exit codes that are answers; 0 alone unless told. With any other the host could not tell, and that is never an answer:
   * what is not there is said in words, since every program that fails says nothing. `any`: the parser looks at the code itself.
   */
  readonly codes?: readonly number[] | 'any';
  /** It may take seconds, as it listens or asks others: it goes to the host by itself, beside other questions. */
  readonly waits?: true;
  /** A time by the host's clock is in it: beside other questions it goes last, so that its answer is on its way at once. */
  readonly timed?: true;
  /**
   * Another step of the stage wants the same answer, by when another question would hardly have another. `leave`: it is kept
   * for that one. `take`: what was left is good enough, once, while it is fresh; where there is none the host is asked.
   */
  readonly relay?: 'leave' | 'take';
}

/** The host was asked and could not tell: the question's own command failed there. */
export class FactUnknown extends Error {
  /** What the command printed. */
  readonly said: string;

  constructor(reason: string, { stdout, stderr }: Output) {
    super(reason);
    this.name = 'FactUnknown';
    this.said = [stderr, stdout].filter(Boolean).join('\n');
  }
}

/** What a fact makes of an output. Throws FactUnknown on an exit code that is no answer, and where the parser finds none. */
export function answer<T>(fact: Fact<T>, output: Output): T {
  const { codes = [0] } = fact;
  const why = output.stderr.trim().split('\n').at(-1)?.slice(0, 300);
  if (codes !== 'any' && !codes.includes(output.code))
    throw new FactUnknown(`exit code ${output.code}${why ? `: ${why}` : ''}`, output);
  try {
    return fact.parse(output);
  } catch (error) {
    if (error instanceof FactUnknown) throw error;
    // A parser quotes what it stumbled over.
    const what = fact.secret ? '' : `: ${error instanceof Error ? error.message : String(error)}`;
    throw new FactUnknown(`its answer cannot be read${what}`, output);
  }
}
