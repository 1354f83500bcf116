import { loginAddress, sshSettings, type Cluster, type Machine } from '../cluster/cluster.js';
import { answer, FactUnknown, type Fact, type Output } from '../facts/fact.js';
import { sh, temporaryFile } from '../facts/sh.js';
import type { Host, RunOptions, WriteOptions } from '../steps/host.js';
import { AskingTogether } from './asking-together.js';
import { HostFailure, tailOf } from './failure.js';
import { knownCause } from './known-cause.js';
import type { OwnReading } from './own-reading.js';
import { reasonOf } from './reason.js';
import type { Relay } from './relay.js';
import { BrokenOff } from './ssh/connect.js';
import { limits } from './ssh/execute.js';
import type { Link } from './ssh/link.js';
import { NotAnswered } from './ssh/not-answered.js';
import type { Pool } from './ssh/pool.js';
import { TransientUnit, type UnitName } from './transient-unit.js';
import { stopping, stoppingAll } from './unit-commands.js';

/** What the running activity lends to its hosts. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** Milliseconds for which an unreachable host is tried again, where the pool's patience is not meant. */
  readonly patience?: number | undefined;
  /** Questions wait for it. */
  readonly reading?: OwnReading;
  /** What other steps leave. */
  readonly relay?: Relay;
  /** Names the transient unit of a long command; the same in every attempt of one scheduled activity. */
  unitName(machine: Machine): UnitName;
  /** Says what is going on, for the heartbeat. */
  tell(what: string): void;
}

interface Call {
  readonly command: string;
  readonly stdin?: string | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds; see `limits`. */
  readonly limit: number;
}

/** A machine at the other end of an SSH connection. What it is asked at the same time goes there as one command. */
export class RemoteHost implements Host {
  readonly machine: Machine;
  readonly #link: Link;
  readonly #cluster: Cluster;
  readonly #attempt: Attempt;
  /** So many times as long as usual a command may take. */
  readonly #times: number;
  readonly #questions: AskingTogether;

  constructor(pool: Pool, cluster: Cluster, machine: Machine, attempt: Attempt) {
    this.machine = machine;
    this.#cluster = cluster;
    this.#attempt = attempt;
    this.#times = cluster.patience ?? 1;
    this.#link = pool.to({
      name: machine.name,
      address: loginAddress(machine),
      settings: sshSettings(cluster, machine),
    });
    this.#questions = new AskingTogether(
      { read: (fact) => this.#ask(fact), answer: (fact, output) => this.#answer(fact, output) },
      attempt.reading,
    );
  }

  async read<T>(fact: Fact<T>): Promise<T> {
    const { relay } = this.#attempt;
    const question = `${this.machine.name} ${fact.command}`;
    const left = fact.relay === 'take' ? relay?.take(this.#cluster, question) : undefined;
    if (left !== undefined) return left as T;
    const answer = await this.#questions.read(fact);
    if (fact.relay === 'leave') relay?.leave(this.#cluster, question, answer);
    return answer;
  }

  async run(command: string, { stdin, secret = false }: RunOptions = {}): Promise<string> {
    const begun = Date.now();
    const output = await this.#changing({ command, stdin, signal: this.#attempt.signal, limit: limits.change });
    if (output.code === 0) return output.stdout;
    throw this.#failed(secret ? '' : shortened(command), output, (Date.now() - begun) / 1000, secret);
  }

  async write(path: string, content: string, { mode = '0644', secret = false }: WriteOptions = {}): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const script =
      `set -e; umask 077; ${temporaryFile}` +
      sh`mkdir -p -m 0755 ${folder}; temporary ${folder}; trap 'rm -f "$file"' EXIT; ` +
      // A connection that breaks ends the input like a file that ends.
      sh`cat >"$file"; if [ "$(stat -c %s "$file")" != ${Buffer.byteLength(content)} ]; then echo ${`${path}: its content was cut short`} >&2; exit 1; fi; chmod ${mode} "$file"; sync "$file"; mv -fT "$file" ${path}; trap - EXIT`;
    await this.run(script, { stdin: content, secret });
  }

  async runUnit(script: string): Promise<string> {
    const unit = new TransientUnit(
      this.#attempt.unitName(this.machine),
      (command, stdin) => this.#twice({ command, stdin, signal: this.#attempt.signal, limit: limits.unit }),
      this.#attempt,
    );
    const begun = Date.now();
    const output = await unit.run(script);
    if (output.code === 0) return output.stdout;
    throw this.#failed(`${shortened(script)} (unit ${unit.name})`, output, (Date.now() - begun) / 1000, false);
  }

  /**
   * Stops what this step runs here as units, when a person cancelled; whatever attempt began them. A host that does not
   * answer is not waited for. Never throws: gives what may run on, in words.
   */
  async stopUnits(): Promise<string | undefined> {
    const { name, family } = this.#attempt.unitName(this.machine);
    try {
      const { code, stderr } = await this.#link.run(stoppingAll(name, family), {
        patience: 0,
        limit: 2 * stopping,
        signal: AbortSignal.timeout(3 * stopping),
      });
      if (code === 0) return undefined;
      return `${this.machine.name}: ${family}-* may run on: systemctl stop exited ${code}: ${stderr.trim().slice(0, 300)}`;
    } catch (error) {
      const reason = error instanceof HostFailure ? error.reason : String(error);
      return `${this.machine.name}: ${family}-* may run on, as it could not be stopped: ${reason}`;
    }
  }

  async #ask<T>(fact: Fact<T>): Promise<T> {
    const { command, stdin } = fact;
    return this.#answer(fact, await this.#twice({ command, stdin, signal: this.#attempt.signal, limit: limits.fact }));
  }

  #answer<T>(fact: Fact<T>, output: Output): T {
    try {
      return answer(fact, output);
    } catch (error) {
      if (!(error instanceof FactUnknown)) throw error;
      throw this.#unknown(fact, error);
    }
  }

  #execute({ command, stdin, signal, limit }: Call): Promise<Output> {
    const { patience } = this.#attempt;
    return this.#link.run(command, {
      patience,
      limit: limit * this.#times,
      signal,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** A change that was stopped for taking too long did something, and nobody knows what: that is a failure of the change. */
  async #changing(call: Call): Promise<Output> {
    try {
      return await this.#execute(call);
    } catch (error) {
      if (!(error instanceof NotAnswered) || error.how !== 'past limit') throw error;
      throw new HostFailure('CommandFailed', error);
    }
  }

  /** For what may safely be asked again when the connection breaks under it. */
  async #twice(call: Call): Promise<Output> {
    try {
      return await this.#execute(call);
    } catch (error) {
      if (!(error instanceof BrokenOff) && !(error instanceof NotAnswered && error.how === 'cut off')) throw error;
      this.#attempt.tell(`${this.machine.name}: ${error.reason}; asking again`);
      return this.#execute(call);
    }
  }

  #unknown({ command, secret = false }: Fact<unknown>, { message, said }: FactUnknown): HostFailure {
    return new HostFailure('FactUnknown', {
      host: this.machine.name,
      reason: `the host could not tell: ${shortened(command)}: ${message}`,
      tail: secret ? '' : tailOf(said),
      next:
        (secret ? undefined : knownCause(said)?.next) ??
        'try the command on the host as root and mend what keeps it from answering; the step goes on by itself',
    });
  }

  #failed(command: string, output: Output, seconds: number, secret: boolean): HostFailure {
    const text = secret ? '' : [output.stdout, output.stderr].filter(Boolean).join('\n');
    const shown = command === '' ? 'a command' : command;
    return new HostFailure('CommandFailed', {
      host: this.machine.name,
      reason: `${shown} exited ${output.code} after ${seconds.toFixed(1)} s: ${secret ? 'its output is secret' : reasonOf(text)}`,
      tail: tailOf(text),
      next: knownCause(text)?.next ?? 'mend the cause on the host, then answer retry; or skip with a reason, or abort',
    });
  }
}

const shortened = (command: string): string => (command.length > 120 ? `${command.slice(0, 119)}…` : command);
