import { machineNamed, type Cluster, type Machine } from '../../src/cluster/cluster.js';
import type { Fact } from '../../src/facts/fact.js';
import type { Host, RunOptions, WriteOptions } from '../../src/steps/host.js';
import type { ApplyContext } from '../../src/steps/step.js';
import { describedBundle } from '../described-bundle.js';
import { records } from '../records.js';
import { FakeRequests } from './fake-requests.js';

/** A file that a step wrote. */
export interface Written extends WriteOptions {
  readonly content: string;
}

/** A host that tells the facts and obeys the commands that a test names, fails on any other, and remembers what was done. */
export class FakeHost implements Host {
  readonly machine: Machine;
  readonly written = new Map<string, Written>();
  /** Commands, scripts of units and paths of files, in their order. */
  readonly done: string[] = [];
  readonly #facts = new Map<string, unknown>();
  readonly #commands: [RegExp, string][] = [];

  constructor(cluster: Cluster, name: string) {
    this.machine = machineNamed(cluster, name);
  }

  /** What a fact is here; asked again, the last one told counts. */
  tells<T>(fact: Fact<T>, value: T): this {
    this.#facts.set(fact.command, value);
    return this;
  }

  obeys(command: RegExp, output = ''): this {
    this.#commands.push([command, output]);
    return this;
  }

  read<T>(fact: Fact<T>): Promise<T> {
    if (this.#facts.has(fact.command)) return Promise.resolve(this.#facts.get(fact.command) as T);
    return Promise.reject(new Error(`${this.machine.name} was not told what to answer to: ${fact.command}`));
  }

  run(command: string, _options?: RunOptions): Promise<string> {
    const known = this.#commands.find(([pattern]) => pattern.test(command));
    if (!known) return Promise.reject(new Error(`${this.machine.name} does not know the command: ${command}`));
    this.done.push(command);
    return Promise.resolve(known[1]);
  }

  runUnit(script: string): Promise<string> {
    return this.run(script);
  }

  write(path: string, content: string, options: WriteOptions = {}): Promise<void> {
    this.done.push(`write ${path}`);
    this.written.set(path, { content, ...options });
    return Promise.resolve();
  }
}

/** What a step is given on one of the hosts, and the warnings that it gave. */
export function contextOf(
  cluster: Cluster,
  host: Host,
  others: readonly Host[] = [],
  described = describedBundle(),
): ApplyContext & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const all = new Map([host, ...others].map((one) => [one.machine.name, one]));
  return {
    cluster,
    host,
    warnings,
    authority: ({ name }) =>
      Promise.resolve({ cert: `the certificate of ${name}\n`, key: `the key of ${name}\n`, flaws: [] }),
    manifest: (of) => Promise.resolve(`the manifest of ${'chart' in of ? of.chart : of.url}\n`),
    // A line of a test's manifest is an image, with an exclamation mark where it is asked for at each start.
    imagesIn: (manifest) =>
      [...manifest.matchAll(/^image (\S+?)(!?)$/gm)].map(([, image = '', always]) => ({
        image,
        always: always === '!',
      })),
    records: records(cluster),
    bundleFile: { description: () => Promise.resolve(described), port: () => Promise.resolve(40_000) },
    requests: new FakeRequests(),
    warn: (words) => void warnings.push(words),
    secret: (reference) => Promise.resolve(`the value of ${reference}`),
    peer(name) {
      const found = all.get(name);
      return found ? Promise.resolve(found) : Promise.reject(new Error(`the test has no host ${name}`));
    },
    async firstFit(machines, unfit) {
      for (const { name } of machines) {
        const found = all.get(name);
        if (found && (await unfit(found, cluster).catch((error: Error) => [error.message])).length === 0) return found;
      }
      throw new Error(`none of ${machines.map(({ name }) => name).join(', ')} is fit`);
    },
  };
}
