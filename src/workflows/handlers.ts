import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Journal } from './journal.js';
import {
  hostsOf,
  labelOf,
  message,
  type Answer,
  type Approval,
  type Gate,
  type Line,
  type OperationInput,
  type Progress,
} from './messages.js';

export const progressQuery = defineQuery<Progress, [since?: number]>(message.progress);
export const approveUpdate = defineUpdate<void, [Approval]>(message.approve);
export const answerUpdate = defineUpdate<void, [Answer]>(message.answer);
/** For systems that can only signal; what an Update would refuse is passed over. */
export const approveSignal = defineSignal<[Approval]>(message.approveSignal);

/** Where people's words arrive and the operation waits for them. */
export interface Desk {
  /** Waits until the gate is approved; an approval given ahead counts. */
  open(name: Gate['name'], plan: () => Promise<string[]>): Promise<void>;
  /** Holds a line until somebody answers for it. */
  hold(line: Line, problem: string): Promise<Answer>;
}

/** Registers the handlers; to be called before anything is awaited, or an early Update would be refused. */
export function handleMessages(journal: Journal, { cluster }: OperationInput): Desk {
  const { gates, open } = journal;
  /** The last answer to every line that was ever held; it is taken from `fresh` once the operation goes on with it. */
  const answers = new Map<Line, Answer>();
  const fresh = new Set<Line>();
  const gateNamed = (name: string): Gate | undefined => gates.find((gate) => gate.name === name);
  const about =
    ({ step, host }: Answer) =>
    (line: Line): boolean =>
      (step ?? line.step) === line.step && (host === undefined || hostsOf(line).includes(host));
  /** Lines that wait for an answer: the first one to a line counts. */
  const waiting = (): Line[] => [...open].filter((line) => line.state === 'held' && !fresh.has(line));

  const approve = ({ gate: name, by }: Approval): void => {
    const gate = gateNamed(name);
    if (gate && gate.state !== 'approved') journal.turn(gate, { state: 'approved', approvedBy: by });
  };

  setHandler(progressQuery, (since = 0) => journal.since(since), {
    description: 'What changed after a revision: steps on hosts, gates and holds; from the start without one',
  });
  setHandler(approveSignal, approve, { description: 'Approves a gate, for systems that cannot send an Update' });
  setHandler(approveUpdate, approve, {
    description: 'Approves a gate by its name',
    validator({ gate: name }: Approval) {
      const gate = gateNamed(name);
      const known = gates.map((one) => one.name).join(', ') || 'none';
      if (!gate)
        throw new Error(`cluster ${cluster.name} has no gate ${JSON.stringify(name)} in this run; its gates: ${known}`);
      if (gate.state === 'approved')
        throw new Error(`gate ${name} was approved already, by ${gate.approvedBy ?? 'somebody'}`);
    },
  });
  setHandler(
    answerUpdate,
    (answer) => {
      for (const line of waiting().filter(about(answer))) {
        answers.set(line, answer);
        fresh.add(line);
      }
    },
    {
      description: 'Answers what is held: retry, skip with a reason, or abort',
      validator(answer: Answer) {
        const { verdict, reason, all } = answer;
        if (!['retry', 'skip', 'abort'].includes(verdict))
          throw new Error(`an answer is retry, skip or abort, not ${JSON.stringify(verdict)}`);
        if (verdict === 'skip' && !reason?.trim()) throw new Error('to skip a step takes a reason');
        const meant = waiting().filter(about(answer));
        if (meant.length === 0) throw new Error(whyNothing(answer));
        const times = meant.reduce((count, line) => count + hostsOf(line).length, 0);
        if (verdict === 'skip' && times > 1 && !all)
          throw new Error(
            `that would skip ${listed(meant)}: name one by step and host, or say that all of them are meant (--all)`,
          );
      },
    },
  );

  const whyNothing = (answer: Answer): string => {
    for (const line of [...open].filter(about(answer))) {
      const given = answers.get(line);
      if (given) return `${line.step} on ${labelOf(line)} was answered already: ${given.verdict}, by ${given.by}`;
    }
    return `nothing ${answer.step || answer.host ? 'of that name ' : ''}is held; held: ${listed(waiting()) || 'nothing'}`;
  };

  return {
    async open(name, plan) {
      const gate = gateNamed(name);
      if (!gate || gate.state === 'approved') return;
      journal.turn(gate, { state: 'planning' });
      const lines = await plan();
      journal.turn(gate, { plan: lines, ...(gateNamed(name)?.state === 'planning' ? { state: 'waiting' } : {}) });
      await condition(() => gate.state === 'approved');
    },
    async hold(line, problem) {
      answers.delete(line);
      journal.hold(line, problem);
      await condition(() => fresh.has(line));
      fresh.delete(line);
      return answers.get(line)!;
    },
  };
}

/** What lines are about, in words; ten of them at most. */
function listed(lines: readonly Line[]): string {
  const named = lines.slice(0, 10).map((line) => `${line.step} on ${labelOf(line)}`);
  return [...named, ...(lines.length > 10 ? [`${lines.length - 10} more`] : [])].join(', ');
}
