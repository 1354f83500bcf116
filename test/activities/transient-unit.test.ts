import { describe, expect, it } from 'vitest';
import { keepUnits, TransientUnit } from '../../src/activities/transient-unit.js';

const unit = { host: 'm1', family: 'kha-c-step-m1', name: 'kha-c-step-m1-0011223344' };

/** Answers of a host, in order; a command that was not told, or not asked in the end, fails the test. */
function scripted(...answers: readonly (readonly [pattern: RegExp, stdout: string, code?: number])[]) {
  const left = [...answers];
  const execute = async (command: string) => {
    const [pattern, stdout, code = 0] = left.shift() ?? [/^$/, ''];
    expect(command).toMatch(pattern);
    return Promise.resolve({ code, stdout, stderr: '' });
  };
  return { execute, left };
}

const asks = /echo absent/;
const lists = /systemctl list-units/;
const starts = /systemd-run/;
const follows = /echo "exit/;
const calm = () => ({ signal: new AbortController().signal, tell: () => undefined });

describe('a transient unit', () => {
  it('is started once and followed to its end', async () => {
    const { execute, left } = scripted(
      [asks, 'absent\n'],
      [lists, ''],
      [starts, ''],
      [follows, 'running\nhalf way\n'],
      [follows, 'exit 0\nall of it\nin two lines\n'],
    );
    expect(await new TransientUnit(unit, execute, calm()).run('true')).toEqual({
      code: 0,
      stdout: 'all of it\nin two lines\n',
      stderr: '',
    });
    expect(left).toEqual([]);
  });

  it('is found running by the next attempt, and not started again', async () => {
    const { execute, left } = scripted([asks, 'running\n'], [follows, 'exit 3\nno\n'], [/^mv .*\.failed/, '']);
    expect(await new TransientUnit(unit, execute, calm()).run('true')).toMatchObject({ code: 3 });
    expect(left).toEqual([]);
  });

  it('is found ended by the next attempt, with its exit code and output', async () => {
    const { execute } = scripted([asks, 'ended\n'], [follows, 'exit 0\ndone\n']);
    expect(await new TransientUnit(unit, execute, calm()).run('true')).toMatchObject({ code: 0, stdout: 'done\n' });
  });

  it('is run again by the next attempt once its failure was told', async () => {
    const first = scripted(
      [asks, 'absent\n'],
      [lists, ''],
      [starts, ''],
      [follows, 'exit 1\n'],
      [/^mv .*\.failed/, ''],
    );
    expect(await new TransientUnit(unit, first.execute, calm()).run('true')).toMatchObject({ code: 1 });
    const next = scripted([asks, 'absent\n'], [lists, ''], [starts, ''], [follows, 'exit 0\n']);
    expect(await new TransientUnit(unit, next.execute, calm()).run('true')).toMatchObject({ code: 0 });
    expect([...first.left, ...next.left]).toEqual([]);
  });

  it('is started afresh when the host was restarted under it', async () => {
    const { execute } = scripted([asks, 'lost\n'], [/^mv /, ''], [lists, ''], [starts, ''], [follows, 'exit 0\n']);
    expect(await new TransientUnit(unit, execute, calm()).run('true')).toMatchObject({ code: 0 });
  });

  it('waits for the one of an earlier run instead of running beside it', async () => {
    const other = 'kha-c-step-m1-ffffffffff';
    const { execute, left } = scripted(
      [asks, 'absent\n'],
      [lists, `${other}.service loaded active running x\n`],
      [new RegExp(`echo "exit .*${other}`), 'exit 0\n'],
    );
    await expect(new TransientUnit(unit, execute, calm()).run('true')).rejects.toMatchObject({ type: 'Interrupted' });
    expect(left).toEqual([]);
  });

  it('says when it vanishes under the follower', async () => {
    const { execute } = scripted([asks, 'running\n'], [follows, 'lost\n'], [/^mv /, '']);
    await expect(new TransientUnit(unit, execute, calm()).run('true')).rejects.toMatchObject({
      type: 'Interrupted',
      host: 'm1',
    });
  });

  it('is stopped when a person cancels', async () => {
    const controller = new AbortController();
    const { execute, left } = scripted(
      [asks, 'running\n'],
      [follows, 'running\n'],
      [/^systemctl stop kha-c-step-m1-0011223344/, ''],
    );
    const work = new TransientUnit(unit, execute, {
      signal: controller.signal,
      tell: () => controller.abort(new Error('cancelled')),
    }).run('true');
    await expect(work).rejects.toThrow();
    expect(left).toEqual([]);
  });

  it('goes on when the worker shuts down', async () => {
    const controller = new AbortController();
    const { execute, left } = scripted([asks, 'running\n'], [follows, 'running\n']);
    const work = new TransientUnit(unit, execute, {
      signal: controller.signal,
      tell: () => controller.abort(keepUnits),
    }).run('true');
    await expect(work).rejects.toThrow();
    expect(left).toEqual([]);
  });
});
