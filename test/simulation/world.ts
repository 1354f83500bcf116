import type { Output } from '../../src/facts/fact.js';
import { present } from '../../src/facts/sh.js';
import type { Recorded, Recording } from './recording.js';
import { askedTogether } from './together.js';

interface Unit {
  readonly script: string;
  /** How many more times it is asked before it has ended. */
  left: number;
  code: number | undefined;
  output: string;
  /** Somebody was given its end. */
  told: boolean;
}

/** One start is as good as another here: nothing asks for a unit that was started twice. */
const invocation = '0'.repeat(32);

/** The answers of the lab's hosts, found by host and command. */
export class Answers {
  readonly #found = new Map<string, Recorded[]>();
  /** Changes by host and command; the same command may have been given more than once. */
  readonly #changes = new Map<string, number[]>();

  constructor({ commands, changes }: Recording) {
    for (const entry of commands) {
      // What files and packages a host has follows from what was done to that host.
      const after =
        entry.command.includes(present) || entry.command.includes('dpkg-query ')
          ? entry.after.filter((change) => changes[change]!.host === entry.host)
          : entry.after;
      push(this.#found, key(entry.host, entry.command), { ...entry, after });
    }
    for (const [index, { host, command }] of changes.entries()) push(this.#changes, key(host, command), index);
  }

  /** The latest answer whose changes have all been carried out; the first one while none has. */
  to(host: string, command: string, done: Pick<Done, 'has'>): Recorded | undefined {
    const entries = this.#found.get(key(host, command));
    return entries?.findLast(({ after }) => after.every((change) => done.has(change))) ?? entries?.[0];
  }

  changes(host: string, command: string): readonly number[] {
    return this.#changes.get(key(host, command)) ?? [];
  }
}

/** Changes that were carried out, as the recording counts them. */
export type Done = Pick<Set<number>, 'has' | 'add'>;

/** Machines that answer as the lab's did: what a question is answered depends on the changes carried out so far. */
export class World {
  readonly #answers: Answers;
  readonly #done: Done;
  readonly #units = new Map<string, Unit>();
  readonly #slow: (unit: string) => number;
  /** Commands that no host of the lab was ever given. */
  readonly unknown: string[] = [];
  /** How often the script of each unit came to its end, by unit. */
  readonly ended = new Map<string, number>();
  /** How often a run whose end was told was put aside, to be run again: only what may be done twice is. */
  readonly putAside = new Map<string, number>();

  /** `slow`: how many times a unit is asked for before it has ended. */
  constructor(answers: Answers, slow: (unit: string) => number, done: Done = new Set()) {
    this.#answers = answers;
    this.#slow = slow;
    this.#done = done;
  }

  execute(host: string, command: string, stdin: string): Output {
    const asked = askedTogether(command);
    if (asked) return asked.answer(asked.commands.map((one) => this.execute(host, one, '')));
    return this.#aboutUnit(host, command, stdin) ?? this.#recorded(host, command);
  }

  /** Power was cut: units that ran are gone, without an exit code. */
  restart(host: string): void {
    for (const [name, unit] of this.#units)
      if (name.startsWith(`${host} `) && unit.code === undefined) this.#units.set(name, { ...unit, left: -1 });
  }

  #recorded(host: string, command: string): Output {
    const entry = this.#answers.to(host, command, this.#done);
    if (!entry) {
      this.unknown.push(`${host}: ${command}`);
      return { code: 127, stdout: '', stderr: `the simulated ${host} does not know: ${command.slice(0, 200)}` };
    }
    for (const change of this.#answers.changes(host, command)) this.#done.add(change);
    return entry.output;
  }

  /** The few commands around transient units, whose names differ from run to run. */
  #aboutUnit(host: string, command: string, stdin: string): Output | undefined {
    const name = /\/var\/lib\/kha\/units\/(kha-[\w.-]+?)(?:\/|'|;| |$)/.exec(command)?.[1];
    if (command.startsWith('systemctl list-units --plain'))
      return said(this.#running(host, /'(kha-[^'*]*)\*\.service'/.exec(command)?.[1] ?? ''));
    if (command.includes('; systemctl stop ')) return said('');
    if (name === undefined) return undefined;
    const id = `${host} ${name}`;
    const unit = this.#units.get(id);
    if (command.includes('mv -T run ')) {
      if (unit?.told) this.putAside.set(id, (this.putAside.get(id) ?? 0) + 1);
      this.#units.delete(id);
      return said('');
    }
    if (command.includes('systemd-run ')) {
      this.#units.set(id, unit ?? { script: stdin, left: this.#slow(id), code: undefined, output: '', told: false });
      return said('');
    }
    return command.startsWith('run=/var/lib/kha/units/') ? said(this.#look(host, name, unit)) : undefined;
  }

  #look(host: string, name: string, unit: Unit | undefined): string {
    if (!unit) return 'absent 9999999';
    if (unit.left < 0) return `lost other ${invocation} 9999999`;
    if (unit.code === undefined && unit.left > 0) {
      unit.left -= 1;
      return 'running\n';
    }
    if (unit.code === undefined) {
      const { code, stdout } = this.#recorded(host, unit.script);
      Object.assign(unit, { code, output: stdout });
      this.ended.set(`${host} ${name}`, (this.ended.get(`${host} ${name}`) ?? 0) + 1);
    }
    const told = unit.told ? 'told' : 'new';
    unit.told = true;
    return `ended ${unit.code} ${invocation} 9999999 ${told}\n${unit.output}`;
  }

  #running(host: string, family: string): string {
    const found = [...this.#units].find(
      ([name, { code, left }]) => name.startsWith(`${host} ${family}`) && code === undefined && left >= 0,
    );
    return found ? `${found[0].slice(host.length + 1)}.service loaded active running\n` : '';
  }
}

/** How long a file is to be is left out: keys are scrubbed, and the record names another run. */
const key = (host: string, command: string): string =>
  `${host} ${command.replace(/(stat -c %s "\$file"\)" != )\d+/, '$1SIZE')}`;
const said = (stdout: string): Output => ({ code: 0, stdout: stdout === '' ? '' : `${stdout}\n`, stderr: '' });

function push<T>(map: Map<string, T[]>, name: string, value: T): void {
  const list = map.get(name);
  if (list) list.push(value);
  else map.set(name, [value]);
}
