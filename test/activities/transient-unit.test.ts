import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransientUnit } from '../../src/activities/transient-unit.js';
import { stoppingAll } from '../../src/activities/unit-commands.js';
import { startSystemd, type Systemd } from './systemd.js';

const family = 'kha-c-step-m1';
const unit = { host: 'm1', family, name: `${family}-0011223344`, once: true };
const again = { ...unit, once: false };

let host: Systemd;
beforeEach(() => {
  host = startSystemd();
});
afterEach(() => host.close());

const calm = (tell: (what: string) => void = () => undefined) => ({ signal: new AbortController().signal, tell });
const unitOf = (named = unit, watch = calm()) =>
  new TransientUnit(named, (command, stdin) => host.execute(command, stdin), watch);
/** A script that leaves a line each time it runs. */
const counted = (then: string): string => `echo once >>${join(host.folder, 'ran')}; ${then}`;
const ran = async (): Promise<number> => {
  const { stdout } = await host.execute(`cat ${join(host.folder, 'ran')} 2>/dev/null | wc -l`);
  return Number(stdout);
};
const patient = { timeout: 15_000 };
const began = () => expect.poll(ran, patient).toBeGreaterThan(0);
/** Makes the unit run, and gives what it is followed by once a line was told of it. */
const running = async (script: string): Promise<void> => {
  const controller = new AbortController();
  const letGo = new Error('let go');
  const tell = (): void => controller.abort(letGo);
  await expect(unitOf(unit, { signal: controller.signal, tell }).run(script)).rejects.toThrow();
  await began();
};

describe('a transient unit', () => {
  it('is started once and followed to its end', async () => {
    const told: string[] = [];
    const watch = calm((what) => told.push(what));
    expect(await unitOf(unit, watch).run(counted('echo half way; sleep 1; echo all of it >&2; exit 3'))).toEqual({
      code: 3,
      stdout: 'half way\nall of it\n',
      stderr: '',
    });
    expect(await ran()).toBe(1);
    expect(told).toContain(`${unit.name}: half way`);
  });

  it('is not asked after more often than every other second, and its end is told at once, whatever it leaves behind', async () => {
    let asked = 0;
    const counting = (command: string, stdin?: string) => {
      if (command.startsWith('run=')) asked += 1;
      return host.execute(command, stdin);
    };
    const begun = Date.now();
    const output = await new TransientUnit(unit, counting, calm()).run('sleep 60 & sleep 5; echo done');
    expect(output).toMatchObject({ code: 0, stdout: 'done\n' });
    const seconds = (Date.now() - begun) / 1000;
    expect(seconds).toBeLessThan(30);
    // Before it is started, after it, and then one for each wait.
    expect(asked).toBeLessThanOrEqual(2 + Math.ceil(seconds / 2));
    await host.execute(`systemctl stop '${family}-*.service'`);
  });

  it('is left running by an attempt that is let go, and followed by the next', async () => {
    await running(counted('sleep 1; echo done'));
    expect(host.stopped()).toEqual([]);
    expect(await unitOf().run(counted('echo another'))).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(await ran()).toBe(1);
  });

  it('runs once when two attempts start it at the same time', async () => {
    const script = counted('sleep 0.5; echo done');
    const [one, other] = await Promise.all([unitOf().run(script), unitOf().run(script)]);
    expect([one.stdout, other.stdout]).toEqual(['done\n', 'done\n']);
    expect(await ran()).toBe(1);
  });

  it('runs once when the answer to its start is lost and it is over before the start is asked for again', async () => {
    const twice = async (command: string, stdin?: string) => {
      if (!command.includes('systemd-run')) return host.execute(command, stdin);
      await host.execute(command, stdin);
      await expect
        .poll(async () => (await host.execute(`systemctl show ${unit.name}.service`)).stdout, patient)
        .toContain('inactive');
      await sleep(300);
      return host.execute(command, stdin);
    };
    const output = await new TransientUnit(unit, twice, calm()).run(counted('exit $(wc -l <../ran)'));
    expect(output.code).toBe(1);
    expect(host.started()).toEqual([unit.name]);
    expect(await ran()).toBe(1);
  });

  it('does not start with half a script when the connection breaks under it', async () => {
    const cut = (command: string, stdin = '') => host.execute(command, stdin.slice(0, stdin.length / 2));
    await expect(new TransientUnit(unit, cut, calm()).run('echo one\necho two\n')).rejects.toMatchObject({
      type: 'CommandFailed',
      reason: expect.stringContaining('cut short') as string,
    });
    expect(host.started()).toEqual([]);
  });

  it('tells a failure that a person decides on as often as it is asked for', async () => {
    expect(await unitOf().run(counted('exit 4'))).toMatchObject({ code: 4 });
    expect(await unitOf().run(counted('exit 5'))).toMatchObject({ code: 4 });
    expect(await ran()).toBe(1);
  });

  it('is run again by the next attempt once its end was told, where that may be', async () => {
    expect(await unitOf(again).run(counted('exit 4'))).toMatchObject({ code: 4 });
    expect(await unitOf(again).run(counted('exit 0'))).toMatchObject({ code: 0 });
    expect(await unitOf(again).run(counted('echo third'))).toMatchObject({ code: 0, stdout: 'third\n' });
    expect(await ran()).toBe(3);
  });

  it.each([undefined, 'ActiveState=deactivating\n'])(
    'waits for the one of an earlier run instead of running beside it: %j',
    async (state) => {
      const other = { ...unit, name: `${family}-ffffffffff` };
      const earlier = unitOf(other).run(counted('sleep 1'));
      await began();
      const execute = async (command: string, stdin?: string) => {
        if (command.includes('list-units')) host.says(state);
        return host.execute(command, stdin).finally(() => host.says(undefined));
      };
      const work = new TransientUnit(unit, execute, calm()).run(counted('true'));
      await expect(work).rejects.toMatchObject({ type: 'Interrupted' });
      await earlier;
      expect(host.started()).toEqual([other.name]);
    },
  );

  it('is not begun by a start that comes after a person cancelled', async () => {
    await running(counted('sleep 60'));
    await host.execute(stoppingAll(unit.name, family));
    expect(host.stopped()).toEqual([`${family}-*.service`]);
    await expect
      .poll(async () => (await host.execute(`systemctl list-units '${family}-*.service'`)).stdout, patient)
      .toBe('');

    const late = { ...unit, name: `${family}-2222222222` };
    await host.execute(stoppingAll(late.name, family));
    await expect(unitOf(late).run(counted('true'))).rejects.toMatchObject({ type: 'Interrupted' });
    expect(await ran()).toBe(1);
  });
});

describe('an end that is not told', () => {
  /** A run that began and of whose end nothing is known. */
  const lost = (exit = 'none'): void => {
    const run = join(host.folder, unit.name, 'run');
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'boot'), 'first\n');
    writeFileSync(join(run, 'id'), `${'0'.repeat(32)}\n`);
    writeFileSync(join(run, 'exit'), `${exit}\n`);
  };

  it.each([[''], ['none'], ['garbage']])('is followed by a fresh start in the next attempt: %j', async (exit) => {
    lost(exit);
    expect(await unitOf().run(counted('echo afresh'))).toMatchObject({ code: 0, stdout: 'afresh\n' });
  });

  it.each([
    ['the host was restarted', () => host.restart()],
    ['somebody stopped or killed it', () => undefined],
  ])('is said to be so because %s', async (words, happen) => {
    const work = unitOf().run(counted('sleep 60'));
    const end = expect(work).rejects.toMatchObject({
      type: 'Interrupted',
      reason: expect.stringContaining(words) as string,
    });
    await began();
    happen();
    await host.execute(`systemctl stop '${family}-*.service'`);
    await end;
  });

  it('is waited for while systemd calls the unit deactivating', async () => {
    lost();
    host.says('ActiveState=deactivating\n');
    const work = unitOf().run('true');
    await sleep(800);
    writeFileSync(join(host.folder, unit.name, 'run', 'exit'), '7   \n');
    expect(await work).toMatchObject({ code: 7 });
    expect(host.started()).toEqual([]);
  });

  it.each([
    ['fails', ''],
    ['says nothing of it', 'LoadState=stub\n'],
  ])('is no end while systemctl %s', async (_how, words) => {
    lost();
    host.says(words);
    const told: string[] = [];
    const work = unitOf(
      unit,
      calm((what) => told.push(what)),
    ).run(counted('echo afresh'));
    await expect.poll(() => told.join(), patient).toContain('systemd does not tell of it');
    expect(host.started()).toEqual([]);
    host.says(undefined);
    expect(await work).toMatchObject({ stdout: 'afresh\n' });
  });
});

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  const fill = 'cat /dev/zero >../zeroes 2>/dev/null';
  beforeEach(() => {
    host.close();
    host = startSystemd({ kilobytes: 512 });
  });

  it('does not keep the exit code from being told', async () => {
    const { code, stdout } = await unitOf().run(`echo begun; ${fill}; exit 6`);
    expect(code).toBe(6);
    expect(stdout).toContain('the disk of /var/lib/kha is full');
  });

  it('that keeps it from starting is told', async () => {
    await host.execute(`cat /dev/zero >${host.folder}/zeroes`);
    await expect(unitOf().run('true')).rejects.toMatchObject({
      reason: expect.stringContaining('No space left on device') as string,
    });
    expect(host.started()).toEqual([]);
  });

  it('is named when the unit is gone and nobody knows how it ended', async () => {
    const work = unitOf().run(counted(`${fill}; sleep 60`));
    const end = expect(work).rejects.toMatchObject({
      type: 'CommandFailed',
      reason: expect.stringContaining('KiB left') as string,
    });
    await began();
    await host.execute(`systemctl stop '${family}-*.service'`);
    await end;
  });
});
