import { randomBytes } from 'node:crypto';
import type { Machine } from '../cluster/cluster.js';
import type { Fact, Output } from '../facts/fact.js';
import { canBeTogether, packs, together } from '../facts/together.js';
import type { Asked } from '../steps/host.js';

/** A host that also makes something of an answer that came with others. */
export interface Answering extends Asked {
  /** What a fact makes of an output of this host. Throws FactUnknown, as `read` does. */
  answer<T>(fact: Fact<T>, output: Output): T;
}

interface Question {
  readonly fact: Fact<unknown>;
  readonly told: (outcome: Promise<unknown>) => void;
}

/**
 * A host whose questions are gathered: whatever is asked before the answers to the last come goes to it as one command,
 * a question that several ask once. For checks that are made beside each other.
 */
export class AskingTogether implements Asked {
  readonly #host: Answering;
  #questions: Question[] = [];

  constructor(host: Answering) {
    this.#host = host;
  }

  get machine(): Machine {
    return this.#host.machine;
  }

  read<T>(fact: Fact<T>): Promise<T> {
    if (!canBeTogether(fact)) return this.#host.read(fact);
    return new Promise<T>((resolve) => {
      // After all that is at work now has asked, and what follows from answers that are there.
      if (this.#questions.length === 0) setImmediate(() => this.#ask());
      this.#questions.push({ fact, told: (outcome) => resolve(outcome as Promise<T>) });
    });
  }

  #ask(): void {
    const asked = new Map<string, Question[]>();
    for (const question of this.#questions) {
      const { command } = question.fact;
      asked.set(command, [...(asked.get(command) ?? []), question]);
    }
    this.#questions = [];
    for (const pack of packs([...asked.values()].map((questions) => ({ fact: questions[0]!.fact, questions }))))
      this.#askPack(pack);
  }

  #askPack(pack: readonly { readonly fact: Fact<unknown>; readonly questions: readonly Question[] }[]): void {
    const facts = pack.map(({ fact }) => fact);
    const outputs = this.#host.read(together(facts, randomBytes(12).toString('hex')));
    for (const [index, { questions }] of pack.entries())
      for (const { fact, told } of questions) told(outputs.then((all) => this.#host.answer(fact, all[index]!)));
  }
}
