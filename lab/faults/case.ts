import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { withClient } from '../../src/client/connect.js';
import { UsageError } from '../../src/client/explain.js';
import { latestRun } from '../../src/client/runs.js';
import type { Line, Progress } from '../../src/workflows/messages.js';
import { audit, type Audit } from '../audit.js';
import { replaced } from '../authorities.js';
import { defaultSize, labDown, labUp } from '../index.js';
import { hostsOf, labNamed } from '../lab.js';
import { afterwards } from './afterwards.js';
import { breakages } from './breakages.js';
import type { Afterwards, Case, Fault, Scene, Spoil } from './fault.js';
import { logins } from './logins.js';
import { pauses } from './pauses.js';
import { spoils } from './spoils.js';
import { unitFaults } from './units.js';
import { seconds, Watch, type Ended } from './watch.js';

/** A row of the matrix. Times are seconds. */
export interface Outcome {
  readonly fault: string;
  readonly step: string;
  /** `every` where all hosts are odd. */
  readonly host: string;
  /** Breaking and mending together; undefined where nothing was broken on the way. */
  readonly broken: number | undefined;
  /** From the mending until the server saw the run go on: an attempt that began, or an event in its history. */
  readonly goingOn: number | undefined;
  readonly install: number;
  /** What the run said while it held, and that it went on after `kha retry`. */
  readonly held: readonly string[];
  readonly kubeadmStarts: number;
  /** Why the case failed; none: the cluster stands and the audit found nothing. */
  readonly problems: readonly string[];
}

export const faults: Readonly<Record<string, Case>> = {
  ...breakages,
  ...logins,
  ...pauses,
  ...unitFaults,
  ...spoils,
  ...afterwards,
};

const program = fileURLToPath(new URL('../../../bin/kha.js', import.meta.url));
const labName = 'faults';

function kha(...args: string[]): Ended {
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
async function installed(spec: string): Ended {
  for (;;) {
    const ended = await kha('install', spec);
    if (ended.code !== 3) return ended;
  }
}

/** Installs on fresh hosts and breaks one thing on the way or afterwards; then asks the hosts whether all is well. */
export async function runCase(name: string, step: string, profile?: string): Promise<Outcome> {
  const fault = faults[name]!;
  const quiet = (): void => undefined;
  await labDown(labName, quiet);
  const spec = await labUp(
    labName,
    {
      ...defaultSize,
      ...(fault.disk === undefined ? {} : { disk: fault.disk }),
      ...(profile === undefined ? {} : { profile }),
    },
    quiet,
  );
  await adapt(spec, fault);
  const lab = await labNamed(labName);
  const scene = (host: string): Scene => ({ lab, host, spec, kha });
  await Promise.all(hostsOf(lab).map(async ({ name: host }) => fault.prepare?.(scene(host))));
  return withClient(async ({ client }) => {
    await endOldRun(client);
    const begun = Date.now();
    const install = installed(spec);
    const watch = new Watch(async () => (await latestRun(client, labName)).handle, begun);
    const onTheWay = await ('spoil' in fault ? spoiled(fault) : 'inject' in fault ? broken(fault) : undefined);
    const injected = onTheWay?.injected ?? Promise.resolve(undefined);
    const goingOn = injected.then((end) => end && watch.goesOn(end.mendedAt));
    const held = await watch.toTheEnd(install, injected);
    const [{ code, output }, mending] = await Promise.all([install, injected]);
    const took = seconds(begun);
    const problems = mending?.problem === undefined ? [] : [mending.problem];
    let found: Audit | undefined;
    if (code === 0) {
      found = await audit(labName);
      if ('act' in fault) found = await acted(fault, found, problems);
      problems.push(...found.problems);
    } else problems.push(`kha install ended with ${code}: ${output.slice(-1500)}`);
    return {
      fault: name,
      step,
      host: onTheWay?.host ?? ('on' in fault ? (fault as Afterwards).on : 'every'),
      broken: onTheWay && mending && seconds(onTheWay.brokenAt, mending.mendedAt),
      goingOn: await goingOn,
      install: took,
      held,
      kubeadmStarts: found?.kubeadm.length ?? 0,
      problems,
    };

    async function broken({ inject }: Fault): Promise<Broken> {
      const { host } = await watch.first(`${step} ran`, runningStep(step), install);
      // Into the midst of the step, where it lasts that long.
      await sleep(300);
      return { host, brokenAt: Date.now(), injected: mended(inject(scene(host))) };
    }

    async function spoiled({ on, spoil }: Spoil): Promise<Broken> {
      await watch.first(`the gate ${gate}`, ({ gates }) => gates.find(({ state }) => state === 'waiting'), install);
      const brokenAt = Date.now();
      const mend = await spoil(scene(on));
      await kha('approve', labName, gate);
      const injected = watch.first(`${step} was held`, heldStep(step), install).then(mend);
      return { host: on, brokenAt, injected: mended(injected) };
    }

    async function acted({ on, act }: Afterwards, before: Audit, problems: string[]): Promise<Audit> {
      await act(scene(on)).catch((error: Error) => problems.push(error.message));
      const after = await audit(labName);
      problems.push(...before.problems, ...replaced(before.authorities, after.authorities));
      return after;
    }
  });
}

interface Broken {
  readonly host: string;
  readonly brokenAt: number;
  readonly injected: Promise<{ readonly mendedAt: number; readonly problem: string | undefined }>;
}

const gate = 'before-control-plane';
const runningStep = (step: string) => (progress: Progress) => lineOf(progress, step, 'running');
const heldStep = (step: string) => (progress: Progress) => lineOf(progress, step, 'held');
const lineOf = ({ lines }: Progress, step: string, state: Line['state']): Line | undefined =>
  lines.find((line) => line.step === step && line.state === state);

const mended = (work: Promise<unknown>): Broken['injected'] =>
  work.then(
    () => ({ mendedAt: Date.now(), problem: undefined }),
    (error: Error) => ({ mendedAt: Date.now(), problem: error.message }),
  );

/** Another user where the fault wants one (as root everything is quicker without a DNS server); a gate where the ground is spoilt. */
async function adapt(spec: string, fault: Case): Promise<void> {
  let text = await readFile(spec, 'utf8');
  if (fault.user) text = text.replace('ssh: { ', `ssh: { user: ${fault.user}, `);
  if ('spoil' in fault) text = text.replace('gates: []', `gates: [${gate}]`);
  await writeFile(spec, text);
}

/** A runner that was cut short may have left a run on hosts that are gone. */
async function endOldRun(client: Client): Promise<void> {
  const found = await latestRun(client, labName).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
  if (found?.description.status.name === 'RUNNING') await found.handle.terminate('its hosts are gone');
}
