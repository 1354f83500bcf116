import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from '../steps/host.js';
import { HostFailure } from './failure.js';

export interface Choice<H extends Asked> {
  /** In the order of preference. */
  readonly hosts: readonly H[];
  /** See `Unfit` of steps. */
  readonly unfit: (host: Asked) => Promise<string[]>;
  readonly signal: AbortSignal;
  readonly tell: (what: string) => void;
  /** How long it is waited for a fit host, and how often they are asked; milliseconds. */
  readonly deadline: number;
  readonly interval: number;
  /** For how long the order counts, after which the quickest is taken; and how long a host may take to answer; milliseconds. */
  readonly prompt: number;
  readonly limit: number;
  /** Better an unfit host than none: a plan shows what is missing on it. It must answer all the same. */
  readonly makeDo?: boolean;
}

type Answer<H> = { readonly host: H; readonly words: readonly string[]; readonly error?: unknown };

/**
 * The first host that answers and is fit. All are asked at once, so a silent one costs `prompt` once, and the order decides
 * among those that are fit by then. Throws Unreachable when none answered, StepUnfinished when none was fit, with what
 * each of them said.
 */
export async function firstFit<H extends Asked>(choice: Choice<H>): Promise<H> {
  const { hosts, signal, tell, deadline, interval, prompt, makeDo = false } = choice;
  const end = Date.now() + deadline;
  for (;;) {
    const asked = hosts.map((host) => ask(host, choice));
    const over = new AbortController();
    const late = sleep(prompt, undefined, { signal: over.signal }).catch(() => undefined);
    for (const one of asked) {
      const answer = await Promise.race([one, late]);
      if (answer && fits(answer)) {
        over.abort();
        return answer.host;
      }
    }
    over.abort();
    const quickest = await Promise.any(asked.map(fitOnly)).catch(() => undefined);
    if (quickest) return quickest;
    const answers = await Promise.all(asked);
    signal.throwIfAborted();
    const unfit = answers.find(({ error }) => error === undefined);
    if (makeDo && unfit) return unfit.host;
    if (Date.now() >= end) throw none(answers);
    tell(`waiting for a host that is well: ${said(answers)}`);
    await sleep(interval, undefined, { signal });
  }
}

const fits = ({ error, words }: Answer<Asked>): boolean => error === undefined && words.length === 0;

async function fitOnly<H extends Asked>(asked: Promise<Answer<H>>): Promise<H> {
  const answer = await asked;
  if (fits(answer)) return answer.host;
  throw new Error(answer.words.join(', '));
}

async function ask<H extends Asked>(host: H, { unfit, limit }: Choice<H>): Promise<Answer<H>> {
  const over = new AbortController();
  const late = sleep(limit, undefined, { signal: over.signal }).then(() => {
    throw new HostFailure('Unreachable', {
      host: host.machine.name,
      reason: `it did not answer within ${limit / 1000} s`,
      next: 'see whether the host is up',
    });
  });
  try {
    return { host, words: await Promise.race([unfit(host), late]) };
  } catch (error) {
    return { host, words: [error instanceof HostFailure ? error.reason : String(error)], error };
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

const said = (answers: readonly Answer<Asked>[]): string =>
  answers.map(({ host, words }) => `${host.machine.name}: ${words.join(', ')}`).join('; ');

function none(answers: readonly Answer<Asked>[]): HostFailure {
  const names = answers.map(({ host }) => host.machine.name);
  const silent = answers.every(({ error }) => error instanceof HostFailure && error.type === 'Unreachable');
  return new HostFailure(silent ? 'Unreachable' : 'StepUnfinished', {
    host: names.join(', '),
    reason: `none of ${names.join(', ')} can do it: ${said(answers)}`,
    next: 'make one of them well and answer retry; or skip with a reason, or abort',
  });
}
