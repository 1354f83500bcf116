import { randomBytes } from 'node:crypto';
import type { Fact, Output } from '../facts/fact.js';
import { canBeTogether, packs, together } from '../facts/together.js';
import { OwnReading } from './own-reading.js';

/** A host that is asked one command after another, and makes something of an answer that came with others. */
export interface Answering {
  read<T>(fact: Fact<T>): Promise<T>;
  /** What a fact makes of an output of this host. Throws what `read` throws where it is no answer. */
  answer<T>(fact: Fact<T>, output: Output): T;
}

interface Question {
  readonly fact: Fact<unknown>;
  readonly told: (outcome: Promise<unknown>) => void;
}

/** Gathers questions to a host: what is asked at the same time goes to it as one command, a question that several ask once. */
export class AskingTogether {
  readonly #host: Answering;
  readonly #reading: OwnReading;
  #questions: Question[] = [];

  constructor(host: Answering, reading = new OwnReading()) {
    this.#host = host;
    this.#reading = reading;
  }

  read<T>(fact: Fact<T>): Promise<T> {
    if (!canBeTogether(fact)) return this.#host.read(fact);
    return new Promise<T>((resolve) => {
      if (this.#questions.length === 0) void this.#reading.over().then(() => this.#ask());
      this.#questions.push({ fact, told: (outcome) => resolve(outcome as Promise<T>) });
    });
  }

  #ask(): void {
    const asked = new Map<string, Question[]>();
    for (const question of this.#questions) {
      const { command, stdin = '' } = question.fact;
      const key = JSON.stringify([command, stdin]);
      asked.set(key, [...(asked.get(key) ?? []), question]);
    }
    this.#questions = [];
    const all = [...asked.values()].map((questions) => ({ fact: questions[0]!.fact, questions }));
    const inOrder = all.toSorted((one, other) => Number(one.fact.timed ?? false) - Number(other.fact.timed ?? false));
    for (const pack of packs(inOrder)) this.#askPack(pack);
  }

  #askPack(pack: readonly { readonly fact: Fact<unknown>; readonly questions: readonly Question[] }[]): void {
    const facts = pack.map(({ fact }) => fact);
    const outputs = this.#host.read(together(facts, randomBytes(12).toString('hex')));
    for (const [index, { questions }] of pack.entries())
      for (const { fact, told } of questions) told(outputs.then((all) => this.#host.answer(fact, all[index]!)));
  }
}
