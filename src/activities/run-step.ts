import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Machine } from '../cluster/cluster.js';
import type { Asked, Host } from '../steps/host.js';
import type { Requests, RequestsToWrite } from '../steps/requests.js';
import type { ApplyContext, BundleFile, CheckContext, Mode, Records, Step, StepResult, Unfit } from '../steps/step.js';
import { HostFailure } from './failure.js';
import { firstFit } from './first-fit.js';
import { oneOfEach } from './one-of-each.js';

/** What a step is run with: hosts by name, secrets by reference, and where to say what is going on. */
export interface Surroundings {
  readonly cluster: Cluster;
  readonly subject?: CheckContext['subject'];
  readonly signal: AbortSignal;
  /** `patience`: milliseconds for which it is tried again when it is unreachable; the pool's unless told. */
  readonly host: (name: string, patience?: number) => Host;
  readonly secret: (reference: string) => Promise<string>;
  readonly authority: CheckContext['authority'];
  readonly manifest: CheckContext['manifest'];
  readonly imagesIn: CheckContext['imagesIn'];
  readonly records: Records;
  readonly bundleFile: BundleFile;
  readonly requests: RequestsToWrite;
  readonly tell: (what: string) => void;
}

/** The same for whoever only asks. */
export interface Asking extends Omit<Surroundings, 'host'> {
  readonly host: (name: string, patience?: number) => Asked;
}

/** How long a thing may take to come true, and how often it is asked, in milliseconds. */
export interface Patience {
  readonly deadline: number;
  readonly interval: number;
}

const patient: Patience = { deadline: 300_000, interval: 500 };
/** What a service may take to be as it was told, where the step names no wait of its own. */
const settling = 10_000;
/**
 * How long a host may take to say that it is fit to act for the cluster, and how long it is waited for one that is. Without
 * a DNS server that answers each sudo takes five seconds and more.
 */
const fitness = { prompt: 5_000, limit: 30_000, deadline: 120_000, interval: 1_000 };

/** check → apply → verify. A plan stops after `check`. Throws StepUnfinished when something is still missing in the end. */
export async function runStep(
  step: Step,
  name: string,
  mode: Mode,
  around: Surroundings,
  patience = patient,
): Promise<StepResult> {
  const warnings = new Set<string>();
  const warn = (words: string): void => void warnings.add(words);
  const changing = changingContext(name, mode, around, warn);
  const asking = checkContext(name, mode, { ...around, host: (...one) => asked(around.host(...one)) }, warn);
  const result = (outcome: StepResult['outcome'], missing: readonly string[]): StepResult => ({
    outcome,
    missing,
    warnings: [...warnings],
  });

  around.tell('looking');
  // What is waited for may not be able to answer yet; a change must know what it changes.
  const missing = await (step.retry === 'wait' ? orUnknown(step.check(asking)) : step.check(asking));
  if (missing.length === 0) return result('done', missing);
  if (step.retry === 'inspect') throw unfinished(name, missing);
  if (mode === 'plan') return result('would change', missing);
  if (step.apply) {
    around.tell(`doing: ${missing.join('; ')}`);
    await step.apply(changing);
  }
  warnings.clear();
  const waits = step.verify !== undefined || step.retry === 'wait';
  const deadline = waits ? patience.deadline : step.apply ? settling : 0;
  const left = await comeTrue(() => (step.verify ?? step.check)(asking), around, {
    ...patience,
    deadline: deadline * (around.cluster.patience ?? 1),
  });
  if (left.length > 0) throw unfinished(name, [...left, ...(await orUnknown(step.explain?.(asking) ?? none))]);
  return result(step.apply ? 'changed' : 'done', missing);
}

/** Takes back what a cancelled step lent. Never throws: gives what may be left on the host, in words. */
export async function releaseStep(step: Step, name: string, around: Surroundings): Promise<string | undefined> {
  try {
    await step.release?.(changingContext(name, 'apply', around, () => undefined));
    return undefined;
  } catch (error) {
    const reason = error instanceof HostFailure ? error.reason : String(error);
    return `${name}: what ${step.name} needed while it ran may still be there: ${reason}`;
  }
}

/** What a check is given. */
export const checkContext = (
  name: string,
  purpose: Purpose,
  around: Asking,
  warn: (words: string) => void,
): CheckContext => ({ ...contextOf(name, purpose, around, warn), requests: readOnly(around.requests) });

const changingContext = (
  name: string,
  mode: Mode,
  around: Surroundings,
  warn: (words: string) => void,
): ApplyContext => ({ ...contextOf(name, mode, around, warn), requests: around.requests });

/** What both are given, with hosts that can be changed where those around are. */
function contextOf<H extends Asked>(
  name: string,
  purpose: Purpose,
  around: Omit<Asking, 'host'> & { readonly host: (name: string, patience?: number) => H },
  warn: (words: string) => void,
) {
  const at = oneOfEach((one) => around.host(one));
  return {
    cluster: around.cluster,
    subject: around.subject,
    warn,
    secret: around.secret,
    authority: around.authority,
    manifest: around.manifest,
    imagesIn: around.imagesIn,
    records: around.records,
    bundleFile: around.bundleFile,
    host: at(name),
    peer: async (peer: string) => Promise.resolve(at(peer)),
    firstFit: async (machines: readonly Machine[], unfit: Unfit) =>
      at(await choose(namesOf(machines), unfit, purpose, around)),
  };
}

const namesOf = (machines: readonly Machine[]): string[] => machines.map(({ name }) => name);

/** What hosts are asked for: a look ahead only takes what is certain, and waits for nothing, as does a plan. */
export type Purpose = Mode | 'look ahead';

/** The name of the first of these hosts that is fit; a plan makes do with one that answers, and waits less for the order. */
export async function choose(
  names: readonly string[],
  unfit: Unfit,
  purpose: Purpose,
  { cluster, host, signal, tell }: Asking,
  patience = fitness,
): Promise<string> {
  const hosts = names.map((name) => host(name, patience.limit));
  const hasty = purpose === 'apply' ? {} : { deadline: 0, prompt: 1_000, makeDo: purpose === 'plan' };
  return (await firstFit({ hosts, unfit: (one) => unfit(one, cluster), signal, tell, ...patience, ...hasty })).machine
    .name;
}

const none = Promise.resolve([]);

/** Asks until nothing is missing or the deadline is over, once at least. */
async function comeTrue(
  check: () => Promise<string[]>,
  { signal, tell }: Surroundings,
  { deadline, interval }: Patience,
): Promise<string[]> {
  const end = Date.now() + deadline;
  for (;;) {
    const missing = await orUnknown(check());
    if (missing.length === 0 || Date.now() >= end) return missing;
    tell(`waiting: ${missing.join('; ')}`);
    await sleep(interval, undefined, { signal });
  }
}

/** An API that does not answer yet is one of the things that are waited for. */
async function orUnknown(missing: Promise<string[]>): Promise<string[]> {
  try {
    return await missing;
  } catch (error) {
    if (error instanceof HostFailure && error.type === 'FactUnknown') return [error.reason];
    throw error;
  }
}

/** Only the half of a host that can be asked: what a check is given cannot change anything, whatever it tries. */
const asked = (host: Host): Asked => ({ machine: host.machine, read: (fact) => host.read(fact) });

/** The same of the folder of requests. */
const readOnly = (folder: RequestsToWrite): Requests => ({
  place: folder.place,
  flaws: () => folder.flaws(),
  request: (path) => folder.request(path),
  signed: (path, wanted) => folder.signed(path, wanted),
});

const unfinished = (host: string, missing: readonly string[]): HostFailure =>
  new HostFailure('StepUnfinished', {
    host,
    reason: missing.join('; '),
    next: 'mend it and answer retry; or skip with a reason, or abort',
  });
