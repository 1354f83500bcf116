import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../facts/fact.js';
import { sh } from '../facts/sh.js';
import { HostFailure } from './failure.js';

export interface UnitName {
  readonly host: string;
  /** `kha-<cluster>-<step>-<host>`: every run of this step on this host starts so. */
  readonly family: string;
  /** The family and a token of the scheduled activity. */
  readonly name: string;
}

type Execute = (command: string, stdin?: string) => Promise<Output>;

interface Watch {
  readonly signal: AbortSignal;
  tell(what: string): void;
}

const root = '/var/lib/kha/units';
const pollEvery = 300;

/**
 * One long script as a transient systemd unit. It outlives the worker and the connection; whoever comes back under the
 * same name finds it running, or its exit code and output in its folder. The journal keeps that it ran.
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

  async run(script: string): Promise<Output> {
    const state = await this.#state(this.name);
    if (state === 'lost') await this.#putAside(this.name, 'lost');
    if (state === 'lost' || state === 'absent') {
      await this.#letOthersEnd();
      await this.#start(script);
    }
    const output = await this.#follow(this.name);
    // Told once: the activity's next attempt is to run it again, not to find the same failure for ever.
    if (output.code !== 0) await this.#putAside(this.name, 'failed');
    return output;
  }

  /** `lost`: it was started and neither runs nor ended, so the host was restarted under it. */
  async #state(unit: string): Promise<'absent' | 'running' | 'ended' | 'lost'> {
    const folder = `${root}/${unit}`;
    const { stdout } = await this.#execute(
      sh`if [ ! -e ${`${folder}/script`} ]; then echo absent; elif systemctl -q is-active ${unit}; then echo running; elif [ -e ${`${folder}/exit`} ]; then echo ended; else echo lost; fi`,
    );
    return stdout.trim() as 'absent' | 'running' | 'ended' | 'lost';
  }

  /** A unit of an earlier operation may still run: it is never doubled, and what it does is looked at afresh afterwards. */
  async #letOthersEnd(): Promise<void> {
    const { stdout } = await this.#execute(
      sh`systemctl list-units --plain --no-legend --state=active,activating ${`${this.#unit.family}-*`}`,
    );
    const other = /^(\S+)\.service/m.exec(stdout)?.[1];
    if (!other) return;
    await this.#follow(other);
    throw this.#interrupted(`${other} of an earlier run was still at work and has ended now`);
  }

  async #start(script: string): Promise<void> {
    const folder = `${root}/${this.name}`;
    const run = `sh ${folder}/script >${folder}/output 2>&1; echo $? >${folder}/exit.new; sync ${folder}/exit.new; mv -f ${folder}/exit.new ${folder}/exit`;
    const command =
      sh`set -e; umask 077; mkdir -p -m 0700 ${root} ${folder}; cat >${`${folder}/script.new`}; sync ${`${folder}/script.new`}; ` +
      // The script's own name appears as the last act before the start, so that a start cut short is no run.
      sh`systemd-run -q --unit=${this.name} --collect --no-block --property=KillMode=control-group --setenv=LC_ALL=C --setenv=HOME=/root --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c ${`mv -f ${folder}/script.new ${folder}/script; ${run}`}; ` +
      sh`for try in 1 2 3 4 5 6 7 8 9 10; do if [ -e ${`${folder}/script`} ]; then exit 0; fi; sleep 0.1; done; echo 'the unit did not start' >&2; exit 1`;
    const { code, stderr } = await this.#execute(command, script);
    // A connection that broke right after the start makes the second try meet its own unit.
    if (code === 0 || /already (exists|loaded)|was already/.test(stderr)) return;
    throw new HostFailure('CommandFailed', {
      host: this.#unit.host,
      reason: `systemd-run ${this.name} exited ${code}: ${stderr.trim()}`,
      next: 'see that systemd is well on the host, then answer retry',
    });
  }

  async #follow(unit: string): Promise<Output> {
    const folder = `${root}/${unit}`;
    try {
      for (;;) {
        const { stdout } = await this.#execute(
          sh`if [ -e ${`${folder}/exit`} ]; then echo "exit $(cat ${`${folder}/exit`})"; cat ${`${folder}/output`}; elif systemctl -q is-active ${unit}; then echo running; tail -n 1 ${`${folder}/output`} 2>/dev/null; else sleep 0.2; if [ -e ${`${folder}/exit`} ]; then echo running; else echo lost; fi; fi`,
        );
        const [, code] = /^exit (\d+)$/m.exec(stdout.slice(0, 12)) ?? [];
        if (code !== undefined)
          return { code: Number(code), stdout: stdout.slice(stdout.indexOf('\n') + 1), stderr: '' };
        if (stdout.startsWith('lost')) {
          await this.#putAside(unit, 'lost');
          throw this.#interrupted(
            `${unit} is gone without an exit code: the host was restarted, or somebody stopped it`,
          );
        }
        this.#watch.tell(`${unit}: ${stdout.split('\n')[1] ?? ''}`);
        await sleep(pollEvery, undefined, { signal: this.#watch.signal });
      }
    } catch (error) {
      if (this.#watch.signal.aborted) await this.#abandon(unit);
      throw error;
    }
  }

  /** A person cancelled: the unit stops, its log stays. A worker that shuts down aborts with `keep`, and the unit runs on. */
  async #abandon(unit: string): Promise<void> {
    if (this.#watch.signal.reason === keepUnits) return;
    await this.#execute(sh`systemctl stop ${unit}`);
  }

  /** Keeps the folder of a run that never ended, or ended badly, under another name, so that the next one starts afresh. */
  async #putAside(unit: string, why: 'lost' | 'failed'): Promise<void> {
    await this.#execute(sh`mv ${`${root}/${unit}`} ${`${root}/${unit}.${why}`}-$(date +%s)`);
  }

  #interrupted(reason: string): HostFailure {
    return new HostFailure('Interrupted', {
      host: this.#unit.host,
      reason,
      next: 'nothing: the step looks at the host again and goes on',
    });
  }
}

/** Abort reason of a worker that shuts down: the remote units go on, and the next worker finds them. */
export const keepUnits = new Error('the worker shuts down; what runs on the hosts goes on');
