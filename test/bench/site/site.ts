import type { Cluster, SshSettings } from '../../../src/cluster/cluster.js';
import type { Output } from '../../../src/facts/fact.js';
import { readRecording } from '../../simulation/recording.js';
import { askedTogether } from '../../simulation/together.js';
import { Answers, World, type Done } from '../../simulation/world.js';
import { Crowd } from './crowd.js';
import { KeptRecords } from './kept-records.js';
import { NodesOfApi } from './nodes-of-api.js';

/**
 * The recorded lab with as many workers as are wanted: its control planes, and workers that each answer as its one worker
 * did. What the API tells of that worker it tells of each of them.
 */
export class Site {
  readonly cluster: Cluster;
  /** How many of its workers the API knows once they have joined: those of the cluster that is installed. */
  members: number;
  readonly #crowd: Crowd;
  readonly #records = new KeptRecords();
  readonly #nodes = new NodesOfApi();
  readonly #worlds = new Map<string, World>();

  constructor(workers: number, settings: (host: string) => SshSettings) {
    const recording = readRecording();
    const { cluster, changes } = recording;
    const one = cluster.hosts.find(({ roles }) => roles.includes('worker'))!;
    this.#crowd = new Crowd(one, workers);
    const masters = cluster.hosts.filter((host) => host !== one);
    this.cluster = {
      ...cluster,
      hosts: [...masters, ...this.#crowd.machines].map((host) => ({ ...host, ssh: settings(host.name) })),
    };
    this.members = workers;
    const answers = new Answers(recording);
    const ofWorker = (change: number): boolean => changes[change]!.host === one.name;
    const common = new Set<number>();
    const by = new Map<number, number>();
    // What a control plane answers may have come after the one worker's changes: the first of many has made them soon.
    const ofMasters: Done = {
      has: (change) => (ofWorker(change) ? (by.get(change) ?? 0) > 0 : common.has(change)),
      add: (change) => common.add(change),
    };
    for (const { name } of masters) this.#worlds.set(name, new World(answers, () => 0, ofMasters));
    for (const { name } of this.#crowd.machines) this.#worlds.set(name, new World(answers, () => 0, ofOne()));

    function ofOne(): Done {
      const own = new Set<number>();
      return {
        has: (change) => (ofWorker(change) ? own.has(change) : common.has(change)),
        add(change) {
          if (!own.has(change)) by.set(change, (by.get(change) ?? 0) + 1);
          return own.add(change);
        },
      };
    }
  }

  /** Of its other workers nobody asks but the API and the record. */
  standsAs(cluster: Cluster): Promise<void> {
    return this.#records.tellOf(cluster);
  }

  /** What a host answers. One that no host of the lab was ever given fails, and so the step that gave it. */
  execute(host: string, command: string, stdin: string): Output {
    const asked = askedTogether(command, stdin);
    if (asked) return asked.answer(asked.questions.map((one) => this.execute(host, one.command, one.stdin)));
    const own = this.#answer(host, this.#crowd.recorded(host), NodesOfApi.unlimited(command), stdin);
    const kept = this.#records.answer(host, command, stdin) ?? this.#nodes.answer(this.cluster, command);
    if (kept) return kept;
    if (typeof own !== 'string') return this.#nodes.told(command, stdin, own);
    // Of the proof's pods each asks the next: of many on recorded names, some pairs never met.
    if (/ exec probe-\w+ -- /.test(command)) return { code: 0, stdout: '', stderr: '' };
    // Whether it is fit to act for the cluster was asked of the first alone, which was.
    const first = this.cluster.hosts[0]!.name;
    const others = first === host ? own : this.#answer(first, first, NodesOfApi.unlimited(command), stdin);
    if (typeof others !== 'string') return others;
    return { code: 127, stdout: '', stderr: `not recorded: ${own.slice(0, 2_000)}` };
  }

  /** The answer; the command where none was recorded. */
  #answer(host: string, recorded: string, command: string, stdin: string): Output | string {
    const world = this.#worlds.get(host);
    if (!world) throw new Error(`there is no simulated ${host}`);
    const output = world.execute(recorded, this.#crowd.recorded(command), this.#crowd.recorded(stdin));
    const [unknown] = world.unknown.splice(0);
    return unknown ?? { ...output, stdout: this.#crowd.told(host, command, output.stdout, this.members) };
  }
}
