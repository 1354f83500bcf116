import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { createActivities } from '../../src/activities/index.js';
import { Pool } from '../../src/activities/ssh/pool.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import * as steps from '../../src/steps/index.js';
import type { StepInput, StepResult } from '../../src/steps/step.js';
import { message, type Answer, type Approval, type Progress } from '../../src/workflows/messages.js';
import { openBench, type Bench } from '../workflows/bench.js';
import { aroundHosts, type Doing } from './around-hosts.js';
import { Laws } from './laws.js';
import { readRecording } from './recording.js';
import { fateOf, Schedule, type Event } from './schedule.js';
import { serveSsh, type Simulated } from './ssh-server.js';
import { Answers, World } from './world.js';

/** One run of one schedule: its machines, what breaks, and what it was seen to do. */
interface Stage {
  readonly id: string;
  readonly cluster: Cluster;
  readonly world: World;
  readonly schedule: Schedule;
  readonly laws: Laws;
  /** What happens to the next command of a host, put there by whoever gives it. */
  readonly events: Map<string, Event[]>;
}

export interface Verdict {
  readonly seed: number;
  readonly happened: readonly string[];
  readonly held: readonly string[];
  readonly problems: readonly string[];
}

/** A schedule takes a few seconds; milliseconds. */
const patience = 20_000;
const catalogue = Object.values(steps);

/** Real workflows, activities and SSH against simulated hosts. */
export class Simulation {
  readonly #stages = new Map<string, Stage>();
  readonly #recording = readRecording();
  readonly #answers = new Answers(this.#recording);
  readonly #pool = new Pool({ patience: 5_000 });
  #bench!: Bench;
  #ssh!: Simulated;

  async open(): Promise<void> {
    this.#bench = await openBench();
    this.#ssh = await serveSsh((user, command, stdin) => {
      const [id = '', host = ''] = user.split('.');
      const stage = this.#stages.get(id)!;
      const event = stage.events.get(host)?.shift() ?? 'none';
      if (event === 'restart') stage.world.restart(host);
      const carryOut = () =>
        event === 'refused'
          ? { code: 1, stdout: '', stderr: 'No space left on device' }
          : stage.world.execute(host, command, stdin);
      return { fate: event === 'refused' ? { ...fateOf(event), carriedOut: true } : fateOf(event), carryOut };
    });
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#ssh.close();
    await this.#bench.close();
  }

  async run(seed: number): Promise<Verdict> {
    const stage = this.#stage(seed);
    this.#stages.set(stage.id, stage);
    const held: string[] = [];
    const problems: string[] = [];
    const deadline = Date.now() + patience;
    try {
      await this.#bench.run(stage.cluster, { activities: this.#activities(stage) }, async ({ handle, progress }) => {
        // Never by handle.result(): the server would skip the time for which a person is waited for.
        for (let now = await progress(); now.phase !== 'done'; now = await progress()) {
          if (now.phase === 'failed' || now.phase === 'cancelled') {
            const error = await handle.result().catch((reason: Error) => reason);
            return void problems.push(`the run ${now.phase}: ${String(error)}`);
          }
          held.push(...(await this.#operate(now, handle)));
          if (Date.now() > deadline) {
            const running = now.lines.filter(({ state }) => state === 'running' || state === 'held');
            return void problems.push(
              `not over after ${patience / 1000} s: ${running.map(({ step, host }) => `${step} on ${host}`).join(', ')}`,
            );
          }
          if (held.length > 30) return void problems.push(`held for ever: ${held.at(-1)}`);
          await sleep(200);
        }
        await handle.result();
        const unlike = (await progress()).lines.filter(({ state }) => state !== 'done' && state !== 'changed');
        problems.push(...unlike.map(({ step, host, state }) => `${step} on ${host} is ${state}`));
      });
    } finally {
      this.#stages.delete(stage.id);
    }
    for (const [unit, times] of stage.world.ended)
      if (times > 1) problems.push(`${unit} ran ${times} times to its end`);
    problems.push(...stage.laws.broken, ...stage.world.unknown.map((words) => `not recorded: ${words.slice(0, 300)}`));
    return { seed, happened: stage.schedule.happened, held, problems };
  }

  #stage(seed: number): Stage {
    const id = `s${seed.toString(36)}`;
    const { cluster } = this.#recording;
    const schedule = new Schedule(seed);
    const own: Cluster = {
      ...cluster,
      gates: ['before-changes'],
      hosts: cluster.hosts.map((host) => ({ ...host, ssh: this.#ssh.settings(`${id}.${host.name}`) })),
    };
    const world = new World(this.#answers, schedule.slowness);
    return { id, cluster: own, world, schedule, laws: new Laws(own, catalogue), events: new Map() };
  }

  /** A person who approves, and answers whatever is held. */
  async #operate(
    { gates, lines }: Progress,
    handle: Parameters<Parameters<Bench['run']>[2]>[0]['handle'],
  ): Promise<string[]> {
    for (const { name } of gates.filter(({ state }) => state === 'waiting'))
      await handle.executeUpdate<void, [Approval]>(message.approve, { args: [{ gate: name, by: 'the simulation' }] });
    const held = lines.filter(({ state }) => state === 'held');
    for (const { step, host } of held)
      await handle.executeUpdate<void, [Answer]>(message.answer, {
        args: [{ verdict: 'retry', step, host, by: 'the simulation' }],
      });
    return held.map(({ problem }) => problem ?? '');
  }

  #activities(stage: Stage): Record<string, (input: StepInput) => Promise<StepResult>> {
    const around = aroundHosts(catalogue, {
      read: (doing, ask) => this.#broken(stage, doing, ask),
      change: (doing, act) => this.#change(stage, doing, '', act),
      unit: (doing, script, act) => this.#change(stage, doing, script, act),
    });
    const real = createActivities({
      pool: {
        to: ({ name, settings }) => this.#pool.to({ name, address: '127.0.0.1', settings }),
      } as Pool,
      steps: around,
      cluster: async () => Promise.resolve(stage.cluster),
    });
    return Object.fromEntries(
      catalogue.map((step) => [
        step.name,
        async (input: StepInput): Promise<StepResult> => {
          if (input.mode === 'plan') return real[step.name]!(input);
          stage.laws.begins(step, input.host);
          let well = false;
          try {
            const result = await real[step.name]!(input);
            // A crash of the worker after the step and before it could tell.
            if (stage.schedule.next(`the end of ${step.name}`, input.host) === 'crash after') throw crash();
            well = true;
            return result;
          } finally {
            stage.laws.ends(step, input.host, well);
          }
        },
      ]),
    );
  }

  async #change<T>(stage: Stage, doing: Doing, script: string, act: () => Promise<T>): Promise<T> {
    stage.laws.changes(doing, script);
    return this.#broken(stage, doing, act);
  }

  async #broken<T>(stage: Stage, { step, host, machine }: Doing, act: () => Promise<T>): Promise<T> {
    const event = stage.schedule.next(step.name, host);
    if (event === 'crash before') throw crash();
    if (event !== 'none' && event !== 'crash after') {
      const waiting = stage.events.get(machine) ?? [];
      stage.events.set(machine, [...waiting, event]);
    }
    const result = await act();
    if (event === 'crash after') throw crash();
    return result;
  }
}

/** What the server makes of an attempt whose worker died, when the next worker takes over. */
const crash = (): ApplicationFailure => ApplicationFailure.create({ message: 'the worker died', type: 'WorkerLost' });
