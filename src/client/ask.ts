import { createInterface } from 'node:readline/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { message, type Answer, type Approval, type Progress, type Verdict } from '../workflows/messages.js';
import { giveAnswer } from './answer.js';
import { operator } from './runs.js';

/** Asks the person at the terminal what the run waits for. False when the person would rather leave. */
export async function ask(
  handle: WorkflowHandle,
  { cluster, gates, lines }: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const question = (text: string): Promise<string> => terminal.question(text, { signal });
  try {
    const gate = gates.find(({ state }) => state === 'waiting');
    if (gate) {
      console.log(`\nGate ${gate.name}. What it lets happen:`);
      for (const line of gate.plan) console.log(`  ${line}`);
      if (!/^y(es)?$/i.test(await question('Go on? [y/N] '))) return false;
      await handle.executeUpdate<void, [Approval]>(message.approve, { args: [{ gate: gate.name, by: operator() }] });
    }
    for (const { step, host, problem } of lines.filter(({ state }) => state === 'held')) {
      console.log(`\n${problem ?? `${step} on ${host} is held`}\n`);
      const verdict = await decision(question);
      if (!verdict) return false;
      const reason = verdict === 'skip' ? await question('Why is it right to skip it? ') : undefined;
      const answer: Answer = { verdict, step, host, by: operator(), ...(reason === undefined ? {} : { reason }) };
      await giveAnswer(handle, answer);
      if (verdict === 'abort') break;
    }
    return true;
  } catch (error) {
    if (signal.aborted || (error instanceof Error && error.name === 'AbortError')) return false;
    console.log(`cluster ${cluster}: ${error instanceof Error ? error.message : String(error)}`);
    return true;
  } finally {
    terminal.close();
  }
}

async function decision(question: (text: string) => Promise<string>): Promise<Verdict | undefined> {
  for (;;) {
    const said = (await question('[r]etry, [s]kip, [a]bort, or [l]eave it held? ')).trim().toLowerCase();
    const verdict = (['retry', 'skip', 'abort'] as const).find((one) => said !== '' && one.startsWith(said));
    if (verdict) return verdict;
    if ('leave'.startsWith(said) && said !== '') return undefined;
  }
}
