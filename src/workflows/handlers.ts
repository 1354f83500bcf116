import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Journal } from './journal.js';
import {
  isMeant,
  labelOf,
  listed,
  message,
  skipsMany,
  type Answer,
  type Approval,
  type Gate,
  type Line,
  type Progress,
} from './messages.js';

export const progressQuery = defineQuery<Progress, [since?: number]>(message.progress);
export const approveUpdate = defineUpdate<void, [Approval]>(message.approve);
export const answerUpdate = defineUpdate<void, [Answer]>(message.answer);
/** For systems that can only signal; what an Update would refuse is passed over. */
export const approveSignal = defineSignal<[Approval]>(message.approveSignal);

/** From a wave to the run that it is a part of: whether a person is waited for there. */
export const waveSignal = defineSignal<[{ readonly id: string; readonly waits: boolean }]>(message.wave);

/** Where people's words arrive and the operation waits for them. */
export interface Desk {
  /** Waits until the gate is approved; an approval given ahead counts. */
  open(name: Gate['name'], plan: () => Promise<string[]>): Promise<void>;
  /** Holds a line until somebody answers for it. */
  hold(line: Line, problem: string): Promise<Answer>;
}

/** Registers the handlers; to be called before anything is awaited, or an early Update would be refused. */
export function handleMessages(journal: Journal): Desk {
  const { gates, open, waves, head } = journal;
  /** The last answer to every line that was ever held; it is taken from `fresh` once the operation goes on with it. */
  const answers = new Map<Line, Answer>();
  const fresh = new Set<Line>();
  const gateNamed = (name: string): Gate | undefined => gates.find((gate) => gate.name === name);
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
  setHandler(waveSignal, ({ id, waits }) => journal.wave(id, waits ? 'waits' : 'goes on'), {
    description: 'From a wave of hosts: whether a person is waited for there',
  });
  setHandler(approveUpdate, approve, {
    description: 'Approves a gate by its name',
    validator({ gate: name }: Approval) {
      const gate = gateNamed(name);
      const known = gates.map((one) => one.name).join(', ') || 'none';
      if (!gate)
        throw new Error(`cluster ${head.cluster} has no gate ${JSON.stringify(name)} in this run; its gates: ${known}`);
      if (gate.state === 'approved')
        throw new Error(`gate ${name} was approved already, by ${gate.approvedBy ?? 'somebody'}`);
    },
  });
  setHandler(
    answerUpdate,
    (answer) => {
      for (const line of waiting().filter((one) => isMeant(answer, one))) {
        answers.set(line, answer);
        fresh.add(line);
      }
    },
    {
      description: 'Answers what is held: retry, skip with a reason, or abort',
      validator(answer: Answer) {
        const { verdict, reason } = answer;
        if (!['retry', 'skip', 'abort'].includes(verdict))
          throw new Error(`an answer is retry, skip or abort, not ${JSON.stringify(verdict)}`);
        if (verdict === 'skip' && !reason?.trim()) throw new Error('to skip a step takes a reason');
        const meant = waiting().filter((one) => isMeant(answer, one));
        if (meant.length === 0) throw new Error(whyNothing(answer));
        const tooMany = skipsMany(answer, meant);
        if (tooMany) throw new Error(tooMany);
      },
    },
  );

  const whyNothing = (answer: Answer): string => {
    for (const line of [...open].filter((one) => isMeant(answer, one))) {
      const given = answers.get(line);
      if (given) return `${line.step} on ${labelOf(line)} was answered already: ${given.verdict}, by ${given.by}`;
    }
    const elsewhere = [...waves].flatMap(([id, waits]) => (waits ? [id] : []));
    if (elsewhere.length > 0) return `nothing is held here; what is held is to be answered at ${elsewhere.join(', ')}`;
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
