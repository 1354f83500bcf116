import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Journal } from './journal.js';
import {
  message,
  type Answer,
  type Approval,
  type Gate,
  type Line,
  type OperationInput,
  type Progress,
} from './messages.js';

export const progressQuery = defineQuery<Progress>(message.progress);
export const approveUpdate = defineUpdate<void, [Approval]>(message.approve);
export const answerUpdate = defineUpdate<void, [Answer]>(message.answer);
/** For systems that can only signal; what an Update would refuse is passed over. */
export const approveSignal = defineSignal<[Approval]>(message.approveSignal);

/** Where people's words arrive and the operation waits for them. */
export interface Desk {
  /** Waits until the gate is approved; an approval given ahead counts. */
  open(name: Gate['name'], plan: () => Promise<string[]>): Promise<void>;
  /** Holds a step until somebody answers for it. */
  hold(line: Line, problem: string): Promise<Answer>;
}

/** Registers the handlers; to be called before anything is awaited, or an early Update would be refused. */
export function handleMessages(journal: Journal, { cluster }: OperationInput): Desk {
  const { progress } = journal;
  const answers = new Map<Line, Answer>();
  const gateNamed = (name: string): Gate | undefined => progress.gates.find((gate) => gate.name === name);
  const heldBy = ({ step, host }: Answer): Line[] =>
    progress.lines.filter(
      (line) => line.state === 'held' && (step ?? line.step) === line.step && (host ?? line.host) === line.host,
    );

  const approve = ({ gate: name, by }: Approval): void => {
    const gate = gateNamed(name);
    if (!gate || gate.state === 'approved') return;
    Object.assign(gate, { state: 'approved', approvedBy: by });
    journal.touch();
  };

  setHandler(progressQuery, () => progress, { description: 'Every step so far on every host, gates and holds' });
  setHandler(approveSignal, approve, { description: 'Approves a gate, for systems that cannot send an Update' });
  setHandler(approveUpdate, approve, {
    description: 'Approves a gate by its name',
    validator({ gate: name }: Approval) {
      const gate = gateNamed(name);
      const known = progress.gates.map((one) => one.name).join(', ') || 'none';
      if (!gate)
        throw new Error(`cluster ${cluster.name} has no gate ${JSON.stringify(name)} in this run; its gates: ${known}`);
      if (gate.state === 'approved')
        throw new Error(`gate ${name} was approved already, by ${gate.approvedBy ?? 'somebody'}`);
    },
  });
  setHandler(
    answerUpdate,
    (answer) => {
      for (const line of heldBy(answer)) answers.set(line, answer);
    },
    {
      description: 'Answers what is held: retry, skip with a reason, or abort',
      validator(answer: Answer) {
        if (!['retry', 'skip', 'abort'].includes(answer.verdict))
          throw new Error(`an answer is retry, skip or abort, not ${JSON.stringify(answer.verdict)}`);
        if (answer.verdict === 'skip' && !answer.reason?.trim()) throw new Error('to skip a step takes a reason');
        if (heldBy(answer).length > 0) return;
        const held = progress.lines
          .filter(({ state }) => state === 'held')
          .map(({ step, host }) => `${step} on ${host}`);
        throw new Error(
          `nothing ${answer.step || answer.host ? 'of that name ' : ''}is held; held: ${held.join(', ') || 'nothing'}`,
        );
      },
    },
  );

  return {
    async open(name, plan) {
      const gate = gateNamed(name);
      if (!gate || gate.state === 'approved') return;
      Object.assign(gate, { state: 'planning' });
      journal.touch();
      const lines = await plan();
      Object.assign(gate, { plan: lines });
      if (gateNamed(name)?.state === 'planning') Object.assign(gate, { state: 'waiting' });
      journal.touch();
      await condition(() => gate.state === 'approved');
    },
    async hold(line, problem) {
      answers.delete(line);
      journal.hold(line, problem);
      await condition(() => answers.has(line));
      const answer = answers.get(line)!;
      answers.delete(line);
      return answer;
    },
  };
}
