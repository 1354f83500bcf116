import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AskingTogether } from '../../src/activities/asking-together.js';
import { seenDone } from '../../src/activities/look-ahead.js';
import { OwnReading } from '../../src/activities/own-reading.js';
import { answer, type Fact, type Output } from '../../src/facts/fact.js';
import type { CheckContext, Step } from '../../src/steps/step.js';
import { askedTogether } from '../simulation/together.js';

const echo = (word: string): Fact<string> => ({ command: `echo ${word}`, parse: ({ stdout }) => stdout });

/** A host that echoes, and what it was given. */
function echoing(reading?: OwnReading) {
  const given: string[][] = [];
  const said = (command: string): Output => ({
    code: command.includes('missing') ? 1 : 0,
    stdout: command.replace('echo ', ''),
    stderr: '',
  });
  const read = async <T>(fact: Fact<T>): Promise<T> => {
    const asked = askedTogether(fact.command, fact.stdin ?? '');
    const questions = asked?.questions ?? [{ command: fact.command, stdin: fact.stdin ?? '' }];
    given.push(questions.map(({ command, stdin }) => command + stdin));
    const output = asked?.answer(questions.map(({ command }) => said(command))) ?? said(fact.command);
    return Promise.resolve(answer(fact, output));
  };
  const host = new AskingTogether({ answer, read }, reading);
  return { host, given };
}

describe('questions of checks that are made beside each other', () => {
  it('go to the host together, each once, and those that follow from answers together again', async () => {
    const { host, given } = echoing();
    const check = async (word: string): Promise<string[]> => {
      const first = await host.read(echo(word));
      return [first, await host.read(echo(`${first}-after`))];
    };
    expect(await Promise.all(['a', 'b', 'a'].map(check))).toEqual([
      ['a', 'a-after'],
      ['b', 'b-after'],
      ['a', 'a-after'],
    ]);
    expect(given).toEqual([
      ['echo a', 'echo b'],
      ['echo a-after', 'echo b-after'],
    ]);
  });

  it('that the host cannot tell fail alone', async () => {
    const { host } = echoing();
    const [good, bad] = await Promise.allSettled([host.read(echo('a')), host.read(echo('missing'))]);
    expect(good).toMatchObject({ status: 'fulfilled', value: 'a' });
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'exit code 1' } });
  });

  it('are each told their own input, and are no longer the same where that is another', async () => {
    const { host, given } = echoing();
    await Promise.all([' one', ' two', ' one'].map((stdin) => host.read({ ...echo('a'), stdin })));
    expect(given).toEqual([['echo a one', 'echo a two']]);
  });

  it('wait for what the worker itself reads to ask some of them, whether it can be read or not', async () => {
    const reading = new OwnReading();
    const { host, given } = echoing(reading);
    const secret = reading.of(async (word: string) => {
      await sleep(20);
      if (word === 'lost') throw new Error('it is not there');
      return word;
    });
    const withSecrets = async (): Promise<string> => host.read(echo(`${await secret('b')}-${await secret('c')}`));
    const [, , lost] = await Promise.allSettled([host.read(echo('a')), withSecrets(), secret('lost')]);
    expect(given).toEqual([['echo a', 'echo b-c']]);
    expect(lost).toMatchObject({ status: 'rejected', reason: { message: 'it is not there' } });
  });

  it('go last where a time by the host’s clock is in the answer', async () => {
    const { host, given } = echoing();
    await Promise.all([host.read({ ...echo('a'), timed: true }), host.read(echo('b')), host.read(echo('c'))]);
    expect(given).toEqual([['echo b', 'echo c', 'echo a']]);
  });

  it('go alone where no command can hold them beside others', async () => {
    const { host, given } = echoing();
    await Promise.all([host.read(echo('a')), host.read(echo('b'.repeat(70_000)))]);
    expect(given.map(([first = '']) => first.length)).toEqual([70_005, 6]);
  });
});

describe('what is seen to be done', () => {
  const step = (name: string, check: Step['check']): Step => ({ ...({} as Step), name, check });
  const seen = (...steps: Step[]) => seenDone(steps, (warn) => ({ warn }) as CheckContext);
  const done = step('done', ({ warn }) => (warn('careful'), Promise.resolve([])));

  it('ends at the first step of which something is missing, whatever follows', async () => {
    const missing = step('missing', () => Promise.resolve(['a file']));
    expect(await seen(done, missing, done)).toEqual([{ step: 'done', warnings: ['careful'] }]);
    expect(await seen(missing, done)).toEqual([]);
    expect(await seen(done, done)).toHaveLength(2);
  });

  it('ends at a check that cannot be made', async () => {
    const silent = step('silent', () => Promise.reject(new Error('no answer')));
    expect(await seen(done, silent, done)).toHaveLength(1);
  });
});
