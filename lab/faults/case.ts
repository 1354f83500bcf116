import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { withClient } from '../../src/client/connect.js';
import { UsageError } from '../../src/client/explain.js';
import { latestRun } from '../../src/client/runs.js';
import type { Answer, Line, Progress } from '../../src/workflows/messages.js';
import { audit } from '../audit.js';
import { defaultSize, labDown, labUp } from '../index.js';
import { labNamed } from '../lab.js';
import { faults, type Scene } from './breakages.js';

/** A row of the matrix. Times are seconds. */
export interface Outcome {
  readonly fault: string;
  readonly step: string;
  readonly host: string;
  /** Breaking and mending together. */
  readonly broken: number;
  /** From the mending until the server saw the run go on: an attempt that began, or an event in its history. */
  readonly goingOn: number | undefined;
  readonly install: number;
  /** What the run said while it held, and that it went on after `kha answer`. */
  readonly held: readonly string[];
  readonly kubeadmStarts: number;
  /** Why the case failed; none: the cluster stands and the audit found nothing. */
  readonly problems: readonly string[];
}

const program = fileURLToPath(new URL('../../../bin/kha.js', import.meta.url));
const labName = 'faults';
const seconds = (from: number, to = Date.now()): number => Math.round((to - from) / 100) / 10;

function kha(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** An operator who comes back whenever a step waits for him (exit code 3), until the run is over. */
async function installed(spec: string): Promise<{ code: number; output: string }> {
  for (;;) {
    const ended = await kha('install', spec);
    if (ended.code !== 3) return ended;
  }
}

/** Installs on fresh hosts and breaks one thing once the step runs; then asks the hosts whether all is well. */
export async function runCase(fault: string, step: string): Promise<Outcome> {
  const quiet = (): void => undefined;
  await labDown(labName, quiet);
  const spec = await labUp(labName, { ...defaultSize, disk: 12 }, quiet);
  // An ordinary user where sudo is what breaks; as root everything else is quicker without a DNS server.
  if (fault === 'no-sudo')
    await writeFile(spec, (await readFile(spec, 'utf8')).replace('ssh: { ', 'ssh: { user: admin, '));
  return withClient(async ({ client }) => {
    await endOldRun(client);
    const begun = Date.now();
    const install = installed(spec);
    const watch = new Watch(async () => (await latestRun(client, labName)).handle, begun);
    const line = await watch.first(step, install);
    const scene: Scene = { lab: await labNamed(labName), host: line.host, spec, kha };
    // Into the midst of the step, where it lasts that long.
    await sleep(300);
    const brokenAt = Date.now();
    const injected = faults[fault]!.inject(scene).then(
      () => ({ mendedAt: Date.now(), problem: undefined }),
      (error: Error) => ({ mendedAt: Date.now(), problem: error.message }),
    );
    const goingOn = injected.then(({ mendedAt }) => watch.goesOn(mendedAt));
    const held = await watch.toTheEnd(install, injected);
    const [{ code, output }, { mendedAt, problem }] = await Promise.all([install, injected]);
    const said = code === 0 ? [] : [`kha install ended with ${code}: ${output.slice(-1500)}`];
    const found = code === 0 ? await audit(labName) : undefined;
    return {
      fault,
      step,
      host: line.host,
      broken: seconds(brokenAt, mendedAt),
      goingOn: await goingOn,
      install: seconds(begun),
      held,
      kubeadmStarts: found?.kubeadm.length ?? 0,
      problems: [...(problem === undefined ? [] : [problem]), ...said, ...(found?.problems ?? [])],
    };
  });
}

/** A runner that was cut short may have left a run on hosts that are gone. */
async function endOldRun(client: Client): Promise<void> {
  const found = await latestRun(client, labName).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
  if (found?.description.status.name === 'RUNNING') await found.handle.terminate('its hosts are gone');
}

/** Looks at the run from outside, as often as it takes to see a step while it runs. */
class Watch {
  readonly #handle: () => Promise<WorkflowHandle>;
  readonly #begun: number;

  constructor(handle: () => Promise<WorkflowHandle>, begun: number) {
    this.#handle = handle;
    this.#begun = begun;
  }

  /** Undefined while the run is not there yet, or the server or worker is the very thing that was broken. */
  async #progress(): Promise<Progress | undefined> {
    try {
      const progress = await (await this.#handle()).query<Progress>('progress');
      return progress.startedAt >= this.#begun ? progress : undefined;
    } catch {
      return undefined;
    }
  }

  async first(step: string, install: Promise<{ code: number; output: string }>): Promise<Line> {
    const ended = install.then(({ code, output }) => {
      throw new Error(`the install ended with ${code} before ${step} ran:\n${output.slice(-3000)}`);
    });
    const deadline = Date.now() + 900_000;
    const seen = async (): Promise<Line> => {
      for (;;) {
        if (Date.now() > deadline) throw new Error(`${step} did not run within ${deadline - this.#begun} ms`);
        const line = (await this.#progress())?.lines.find((one) => one.step === step && one.state === 'running');
        if (line) return line;
        await sleep(50);
      }
    };
    return Promise.race([seen(), ended]);
  }

  /** Answers `retry` to whatever holds once the world is mended, until the install ends; gives what was said. */
  async toTheEnd(install: Promise<unknown>, mended: Promise<unknown>): Promise<string[]> {
    const said: string[] = [];
    let over = false;
    void install.finally(() => (over = true));
    while (!over) {
      for (const { step, host, problem } of (await this.#progress())?.lines.filter(({ state }) => state === 'held') ??
        []) {
        said.push(problem ?? '');
        if (said.length > 12) throw new Error(`it holds again and again: ${problem}`);
        await Promise.race([mended, sleep(90_000)]);
        const answer: Answer = { verdict: 'retry', step, host, by: 'the fault runner' };
        await (await this.#handle()).executeUpdate('answer', { args: [answer] });
      }
      await sleep(250);
    }
    return said;
  }

  /** Seconds from then until an attempt began or the history grew; undefined when the run had ended already. */
  async goesOn(since: number): Promise<number | undefined> {
    while (Date.now() < since + 300_000) {
      try {
        const { raw, status } = await (await this.#handle()).describe();
        const attempts = (raw.pendingActivities ?? []).map(({ lastStartedTime }) => milliseconds(lastStartedTime));
        const next = Math.min(
          ...attempts.filter((at) => at > since),
          ...(await this.#ended()).filter((at) => at > since),
        );
        if (Number.isFinite(next)) return seconds(since, next);
        if (status.name !== 'RUNNING') return undefined;
      } catch {
        // The server is not back yet.
      }
      await sleep(100);
    }
    return undefined;
  }

  async #ended(): Promise<number[]> {
    return ((await this.#progress())?.lines ?? []).flatMap(({ endedAt }) => endedAt ?? []);
  }
}

const milliseconds = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  time ? Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6 : 0;
