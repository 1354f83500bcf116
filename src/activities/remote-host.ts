import { sshSettings, type Cluster, type Machine } from '../cluster/cluster.js';
import type { Fact, Output } from '../facts/fact.js';
import { sh, temporaryFile } from '../facts/sh.js';
import type { Host, RunOptions, WriteOptions } from '../steps/host.js';
import { HostFailure, tailOf } from './failure.js';
import { reasonOf } from './reason.js';
import type { Link, Pool } from './ssh/pool.js';
import { TransientUnit, type UnitName } from './transient-unit.js';

/** What the running activity lends to its hosts. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** Milliseconds for which an unreachable host is tried again, where the pool's patience is not meant. */
  readonly patience?: number | undefined;
  /** Names the transient unit of a long command; the same in every attempt of one scheduled activity. */
  unitName(machine: Machine): UnitName;
  /** Says what is going on, for the heartbeat. */
  tell(what: string): void;
}

interface Call {
  readonly command: string;
  readonly stdin?: string | undefined;
  /** Without one the command is not given up when the activity is cancelled: a unit has to be stopped even then. */
  readonly signal?: AbortSignal;
}

/** A machine at the other end of an SSH connection. */
export class RemoteHost implements Host {
  readonly machine: Machine;
  readonly #link: Link;
  readonly #attempt: Attempt;

  constructor(pool: Pool, cluster: Cluster, machine: Machine, attempt: Attempt) {
    this.machine = machine;
    this.#attempt = attempt;
    this.#link = pool.to({ name: machine.name, address: machine.address, settings: sshSettings(cluster, machine) });
  }

  async read<T>(fact: Fact<T>): Promise<T> {
    return fact.parse(await this.#twice({ command: fact.command, stdin: fact.stdin, signal: this.#attempt.signal }));
  }

  async run(command: string, { stdin, secret = false }: RunOptions = {}): Promise<string> {
    const begun = Date.now();
    const output = await this.#execute({ command, stdin, signal: this.#attempt.signal });
    if (output.code === 0) return output.stdout;
    throw this.#failed(secret ? '' : command, output, (Date.now() - begun) / 1000, secret);
  }

  async write(path: string, content: string, { mode = '0644', secret = false }: WriteOptions = {}): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const script =
      `set -e; umask 077; ${temporaryFile}` +
      sh`mkdir -p -m 0755 ${folder}; temporary ${folder}; trap 'rm -f "$file"' EXIT; ` +
      sh`cat >"$file"; chmod ${mode} "$file"; sync "$file"; mv -fT "$file" ${path}; trap - EXIT`;
    await this.run(script, { stdin: content, secret });
  }

  async runUnit(script: string): Promise<string> {
    const unit = new TransientUnit(
      this.#attempt.unitName(this.machine),
      (command, stdin) => this.#twice({ command, stdin }),
      this.#attempt,
    );
    const begun = Date.now();
    const output = await unit.run(script);
    if (output.code === 0) return output.stdout;
    throw this.#failed(unit.name, output, (Date.now() - begun) / 1000, false);
  }

  #execute({ command, stdin, signal }: Call): Promise<Output> {
    const { patience } = this.#attempt;
    return this.#link.run(command, { patience, ...(signal && { signal }), ...(stdin === undefined ? {} : { stdin }) });
  }

  /** For what may safely be asked again when the connection breaks under it. */
  async #twice(call: Call): Promise<Output> {
    try {
      return await this.#execute(call);
    } catch (error) {
      if (!(error instanceof HostFailure) || error.type !== 'Unreachable') throw error;
      this.#attempt.tell(`${this.machine.name}: ${error.reason}; asking again`);
      return this.#execute(call);
    }
  }

  #failed(command: string, output: Output, seconds: number, secret: boolean): HostFailure {
    const text = secret ? '' : [output.stdout, output.stderr].filter(Boolean).join('\n');
    const shown = command === '' ? 'a command' : command.length > 120 ? `${command.slice(0, 119)}…` : command;
    return new HostFailure('CommandFailed', {
      host: this.machine.name,
      reason: `${shown} exited ${output.code} after ${seconds.toFixed(1)} s: ${secret ? 'its output is secret' : reasonOf(text)}`,
      tail: tailOf(text),
      next: 'mend the cause on the host, then answer retry; or skip with a reason, or abort',
    });
  }
}
