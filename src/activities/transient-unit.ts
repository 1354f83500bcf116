import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../facts/fact.js';
import { HostFailure } from './failure.js';
import { awaiting, listing, looking, puttingAside, sightOf, starting, type Sight } from './unit-commands.js';

export interface UnitName {
  readonly host: string;
  /** `kha-<cluster>-<step>-<host>`: every run of this step on this host starts so. */
  readonly family: string;
  /** The family and a token of the scheduled activity. */
  readonly name: string;
  /** Its end is told as often as it is asked for, and a person decides; other units are run again once theirs was told. */
  readonly once: boolean;
}

/** Asks the host; what it asks may be asked again when the connection breaks under it. */
type Execute = (command: string, stdin?: string) => Promise<Output>;

interface Watch {
  readonly signal: AbortSignal;
  tell(what: string): void;
}

/** How often a silent systemd is asked; milliseconds. */
const pollEvery = 300;
/** How long systemd may not answer before the attempt is given up; milliseconds. */
const silence = 60_000;
/** KiB on the disk below which it counts as full. */
const full = 1024;

/**
 * One long script as a transient systemd unit. It outlives the worker and the connection; whoever comes back under the
 * same name finds it running, or its exit code and output in its folder. Following it changes nothing: attempts that
 * overlap may do it together, and one that is let go leaves the unit to the next. The journal keeps that it ran.
 */
export class TransientUnit {
  readonly name: string;
  readonly #unit: UnitName;
  readonly #execute: Execute;
  readonly #watch: Watch;

  constructor(unit: UnitName, execute: Execute, watch: Watch) {
    this.name = unit.name;
    this.#unit = unit;
    this.#execute = execute;
    this.#watch = watch;
  }

  /**
   * Runs the script, or follows the run that an earlier attempt began. Throws Interrupted when it is to be looked at
   * again, CommandFailed when it could not begin or its end could not be kept.
   */
  async run(script: string): Promise<Output> {
    let seen = await this.#look(this.name);
    if (seen.state === 'lost' || (seen.state === 'ended' && seen.told && !this.#unit.once)) {
      await this.#answered(puttingAside(this.name, seen.id, seen.state));
      seen = { state: 'absent', free: seen.free };
    }
    if (seen.state === 'absent') {
      await this.#letOthersEnd();
      await this.#start(script);
      seen = await this.#look(this.name);
    }
    return this.#follow(this.name, seen);
  }

  /** Asks until systemd answers: a silent one says nothing about a unit. */
  async #look(unit: string, how = looking): Promise<Sight> {
    const deadline = Date.now() + silence;
    for (;;) {
      const { code, stdout, stderr } = await this.#execute(how(unit));
      const sight = code === 0 ? sightOf(stdout) : undefined;
      if (sight) return sight;
      const said = (stderr || stdout).trim().slice(0, 200);
      if (Date.now() > deadline) throw this.#interrupted(`systemd does not tell of ${unit}: ${said}`);
      this.#watch.tell(`${unit}: systemd does not tell of it: ${said}`);
      await sleep(pollEvery, undefined, { signal: this.#watch.signal });
    }
  }

  /** A unit of an earlier operation may still run: it is never doubled, and what it does is looked at afresh afterwards. */
  async #letOthersEnd(): Promise<void> {
    const units = await this.#answered(listing(this.#unit.family));
    const other = [...units.matchAll(/^(\S+)\.service /gm)].map(([, name]) => name!).find((name) => name !== this.name);
    if (!other) return;
    await this.#follow(other, await this.#look(other));
    throw this.#interrupted(`${other} of an earlier run was still at work and has ended now`);
  }

  async #start(script: string): Promise<void> {
    const { code, stderr } = await this.#execute(starting(this.name, script), script);
    // A connection that broke right after the start makes the second try meet its own unit.
    if (code === 0 || /already (exists|loaded)|was already/.test(stderr)) return;
    throw new HostFailure('CommandFailed', {
      host: this.#unit.host,
      reason: `${this.name} could not be started: exit code ${code}: ${stderr.trim()}`,
      next: 'see that systemd is well on the host and its disk has room, then answer retry',
    });
  }

  async #follow(unit: string, seen: Sight): Promise<Output> {
    for (;;) {
      if (seen.state === 'ended') {
        const hint = seen.code !== 0 && seen.free < full ? '\nerror: the disk of /var/lib/kha is full\n' : '';
        return { code: seen.code, stdout: `${seen.output}${hint}`, stderr: '' };
      }
      if (seen.state !== 'running') throw this.#gone(unit, seen);
      this.#watch.tell(`${unit}: ${seen.line}`);
      this.#watch.signal.throwIfAborted();
      seen = await this.#look(unit, awaiting);
    }
  }

  #gone(unit: string, seen: Sight & { readonly state: 'absent' | 'lost' }): HostFailure {
    if (seen.free < full)
      return new HostFailure('CommandFailed', {
        host: this.#unit.host,
        reason: `${unit} ${seen.state === 'lost' ? 'has ended, and how could not be written' : 'could not begin'}: the disk of /var/lib/kha has ${seen.free} KiB left`,
        next: 'make room on the host, then answer retry: the step looks at the host again',
      });
    if (seen.state === 'absent') return this.#interrupted(`systemd took ${unit}, but it never began`);
    return this.#interrupted(
      seen.restarted
        ? `${unit} is gone without an exit code: the host was restarted`
        : `${unit} is gone without an exit code: somebody stopped or killed it`,
    );
  }

  /** A command that must succeed: anything else is no answer, and nothing is to be built on it. */
  async #answered(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.#execute(command);
    if (code === 0) return stdout;
    throw this.#interrupted(`units cannot be looked after: exit code ${code}: ${stderr.trim().slice(0, 300)}`);
  }

  #interrupted(reason: string): HostFailure {
    return new HostFailure('Interrupted', {
      host: this.#unit.host,
      reason,
      next: 'nothing: the step looks at the host again and goes on',
    });
  }
}
