import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { machineNamed, type Cluster, type Machine } from '../../src/cluster/cluster.js';
import { answer, type Fact, type Output } from '../../src/facts/fact.js';
import type { Host, RunOptions, WriteOptions } from '../../src/steps/host.js';
import { shellBeside } from '../shell.js';

/** In namespaces of its own, in which it has its name, and what is written to /etc and /var/lib goes to the folders of one host. */
const within = `hostname "$NAME" || exit 71
for of in etc var/lib; do
  mount -t overlay overlay -o "lowerdir=/$of,upperdir=$DISK/$of,workdir=$DISK/work/$of" "/$of" || exit 71
done
exec sh -c "$COMMAND"`;

/**
 * A host that carries out what it is told with this machine's own programs, on a disk of its own: real openssl and kubeadm,
 * and no machine that has to boot. Some programs are scripts of the test's. Needs root.
 */
export class DiskHost implements Host {
  readonly machine: Machine;
  readonly #disk = mkdtempSync('/var/tmp/kha-disk-');
  /** One command at a time: an overlay has its working folder for itself. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, name: string, programs: Readonly<Record<string, string>>) {
    this.machine = machineNamed(cluster, name);
    for (const folder of ['etc', 'var/lib', 'work/etc', 'work/var/lib', 'bin'])
      mkdirSync(join(this.#disk, folder), { recursive: true });
    for (const [program, script] of Object.entries(programs))
      writeFileSync(join(this.#disk, 'bin', program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async read<T>(fact: Fact<T>): Promise<T> {
    return answer(fact, await this.#shell(fact.command, fact.stdin));
  }

  async run(command: string, { stdin }: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.#shell(command, stdin);
    if (code !== 0) throw new Error(`exit code ${code} on ${this.machine.name}: ${stderr}${stdout}\n${command}`);
    return stdout;
  }

  runUnit(script: string): Promise<string> {
    return this.run(script);
  }

  write(path: string, content: string, { mode = '0644' }: WriteOptions = {}): Promise<void> {
    const file = join(this.#disk, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: Number.parseInt(mode, 8) });
    return Promise.resolve();
  }

  remove(): void {
    rmSync(this.#disk, { recursive: true });
  }

  #shell(command: string, stdin?: string): Promise<Output> {
    const path = `${join(this.#disk, 'bin')}:${process.env['PATH']}:/usr/sbin:/sbin`;
    const { name } = this.machine;
    const env = { ...process.env, PATH: path, DISK: this.#disk, NAME: name, WITHIN: within, COMMAND: command };
    const next = (): Promise<Output> => shellBeside('exec unshare --mount --uts sh -c "$WITHIN"', env, stdin);
    const said = this.#last.then(next, next);
    this.#last = said;
    return said;
  }
}
