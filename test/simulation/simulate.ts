import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/index.js';
import { createLookAhead } from '../../src/activities/look-ahead.js';
import { Pool } from '../../src/activities/ssh/pool.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import * as steps from '../../src/steps/index.js';
import type { OnceInput, StepInput, StepResult } from '../../src/steps/step.js';
import { forAll } from '../../src/workflows/call.js';
import { message, type Answer, type Approval, type Progress, type Report } from '../../src/workflows/messages.js';
import { openBench, type Activities, type Bench, type Run } from '../workflows/bench.js';
import { aroundHosts, type Doing } from './around-hosts.js';
import { Laws } from './laws.js';
import { ofRecordedSpec } from './of-recorded-spec.js';
import { readRecording } from './recording.js';
import { fateOf, Schedule, type Event } from './schedule.js';
import { serveSsh, type Simulated } from './ssh-server.js';
import { Answers, World } from './world.js';
import { unused } from './unused.js';

/** One run of one schedule: its machines, what breaks, and what it was seen to do. */
interface Stage {
  readonly cluster: Cluster;
  readonly pool: Pool;
  readonly world: World;
  readonly execute: World['execute'];
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

/** A schedule takes a few seconds by itself, and waits for the others; milliseconds. */
const patience = 300_000;
const queue = 'simulation';
const catalogue = Object.values(steps);

/** Real workflows, activities and SSH against simulated hosts; one server and one worker for all schedules. */
export class Simulation {
  readonly #stages = new Map<string, Stage>();
  readonly #recording = readRecording();
  readonly #answers = new Answers(this.#recording);
  #bench!: Bench;
  #worker!: Worker;
  #working!: Promise<void>;
  #ssh!: Simulated;

  async open(): Promise<void> {
    this.#bench = await openBench();
    this.#worker = await this.#bench.worker(queue, this.#activities());
    this.#working = this.#worker.run();
    this.#ssh = await serveSsh((user, command, stdin) => {
      const [id = '', host = ''] = user.split('.');
      const stage = this.#stages.get(id)!;
      const event = stage.events.get(host)?.shift() ?? 'none';
      if (event === 'restart') stage.world.restart(host);
      const carryOut = () =>
        event === 'refused'
          ? { code: 1, stdout: '', stderr: 'No space left on device' }
          : stage.execute(host, command, stdin);
      return { fate: event === 'refused' ? { ...fateOf(event), carriedOut: true } : fateOf(event), carryOut };
    });
  }

  async close(): Promise<void> {
    this.#worker.shutdown();
    await this.#working;
    await this.#ssh.close();
    await this.#bench.close();
  }

  async run(seed: number): Promise<Verdict> {
    const id = `s${seed.toString(36)}`;
    const stage = this.#stage(id, seed);
    this.#stages.set(id, stage);
    try {
      const { held, problems } = await this.#play(await this.#bench.start(stage.cluster, queue, { id }), stage.laws);
      for (const [unit, times] of stage.world.ended) {
        const again = runsOnce(unit) ? 0 : (stage.world.putAside.get(unit) ?? 0);
        if (times - again > 1) problems.push(`${unit} ran ${times} times to its end`);
      }
      problems.push(
        ...stage.laws.broken,
        ...stage.world.unknown.map((words) => `not recorded: ${words.slice(0, 300)}`),
      );
      return { seed, happened: stage.schedule.happened, held, problems };
    } finally {
      this.#stages.delete(id);
      stage.pool.close();
    }
  }

  /** Watches a run to its end and operates it; says what was held, and what is not as it should be. */
  async #play({ handle, progress }: Run, laws: Laws): Promise<{ held: string[]; problems: string[] }> {
    const held: string[] = [];
    const deadline = Date.now() + patience;
    for (;;) {
      const { status, searchAttributes } = await handle.describe();
      // Not before it is over: to await a result lets the server skip the time for which a person is waited for.
      if (status.name !== 'RUNNING') {
        laws.over();
        const report = (await handle.result().catch((reason: unknown) => ({ problems: [String(reason)] }))) as Report;
        return { held, problems: [...report.problems, ...(report.skipped ? [`${report.skipped} skipped`] : [])] };
      }
      // A query costs the worker more than this does; of a run that is over, all its history.
      if (searchAttributes['NeedsOperator']?.[0] === true)
        held.push(...(await this.#operate(await progress(), handle)));
      const late = Date.now() > deadline ? `not over after ${patience / 1000} s` : undefined;
      const problem = late ?? (held.length > 30 ? `held for ever: ${held.at(-1)}` : undefined);
      if (problem) {
        const open = (await progress()).lines.filter(({ state }) => state === 'running' || state === 'held');
        await handle.terminate(problem);
        return { held, problems: [`${problem}: ${open.map(({ step, host }) => `${step} on ${host}`).join(', ')}`] };
      }
      await sleep(700);
    }
  }

  #stage(id: string, seed: number): Stage {
    const { cluster } = this.#recording;
    const schedule = new Schedule(seed);
    const own: Cluster = {
      ...cluster,
      gates: schedule.gates(),
      hosts: cluster.hosts.map((host) => ({ ...host, ssh: this.#ssh.settings(`${id}.${host.name}`) })),
    };
    const world = new World(this.#answers, schedule.slowness);
    const laws = new Laws(own, catalogue);
    return {
      cluster: own,
      pool: new Pool({ patience: 5_000 }),
      world,
      execute: (host, command, stdin) => {
        laws.carriedOut(host, command, stdin);
        return world.execute(host, command, stdin);
      },
      schedule,
      laws,
      events: new Map(),
    };
  }

  /** The stage of the activity that asks. */
  #current(): Stage {
    const { workflowId } = activityInfo().workflowExecution!;
    const stage = this.#stages.get(workflowId);
    if (!stage) throw ApplicationFailure.nonRetryable(`the schedule ${workflowId} is over`);
    return stage;
  }

  /** A person who approves, and answers whatever is held. */
  async #operate({ gates, lines }: Progress, handle: Run['handle']): Promise<string[]> {
    for (const { name } of gates.filter(({ state }) => state === 'waiting'))
      await handle.executeUpdate<void, [Approval]>(message.approve, { args: [{ gate: name, by: 'the simulation' }] });
    const held = lines.filter(({ state }) => state === 'held');
    for (const { step, host } of held)
      await handle.executeUpdate<void, [Answer]>(message.answer, {
        args: [{ verdict: 'retry', step, host, by: 'the simulation' }],
      });
    return held.map(({ problem }) => problem ?? '');
  }

  #activities(): Activities {
    const around = aroundHosts(catalogue, this.#recording.cluster, {
      read: (doing, ask) => this.#broken(this.#current(), doing, ask),
      change: (doing, what, act) => this.#change(this.#current(), doing, what, act),
      unit: (doing, script, act) => this.#change(this.#current(), doing, script, act),
    });
    const lent = {
      ...unused(),
      pool: {
        to: ({ name, settings }) => this.#current().pool.to({ name, address: '127.0.0.1', settings }),
      } as Pool,
      steps: around.map((step) => ofRecordedSpec(step, this.#recording.cluster)),
      cluster: async () => Promise.resolve({ cluster: this.#current().cluster }),
      kha: this.#recording.kha,
    };
    const real = createActivities(lent);
    const steps = Object.fromEntries(
      catalogue.map((step) => [
        step.name,
        async (input: StepInput | OnceInput): Promise<StepResult> => {
          if (input.mode === 'plan') return real[step.name]!(input);
          const { laws, schedule } = this.#current();
          const at = 'oneOf' in input ? forAll : input.host;
          laws.begins(step, at);
          let on: string | undefined;
          try {
            const result = await real[step.name]!(input);
            // A crash of the worker after the step and before it could tell.
            if (schedule.next(`the end of ${step.name}`, at) === 'crash after') throw crash();
            on = result.ranOn ?? at;
            return result;
          } finally {
            laws.ends(step, at, on);
          }
        },
      ]),
    );
    return { ...steps, ...createLookAhead(lent) };
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

/** Whether a unit is one whose second run would do harm; its name holds the step's. */
const runsOnce = (unit: string): boolean =>
  catalogue.some(({ name, retry }) => retry === 'bootstrap' && unit.includes(`-${name}-`));

/** What the server makes of an attempt whose worker died, when the next worker takes over. */
const crash = (): ApplicationFailure => ApplicationFailure.create({ message: 'the worker died', type: 'WorkerLost' });
