import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RemoteHost, type Attempt } from '../../src/activities/remote-host.js';
import { BrokenOff, unreachable } from '../../src/activities/ssh/connect.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import { file } from '../../src/facts/files.js';
import { stream } from '../../src/steps/control-plane/kubeadm-documents.js';
import { cluster } from '../clusters.js';

/** A pool whose only host is this machine's own shell. */
const shell = {
  to: () => ({
    run: async (command: string, { stdin = '' } = {}) => {
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { input: stdin, encoding: 'utf8' });
      return Promise.resolve({ code: status ?? -1, stdout, stderr });
    },
  }),
} as unknown as Pool;
const wanted = cluster();
const attempt = { signal: new AbortController().signal, tell: () => undefined } as unknown as Attempt;
const host = new RemoteHost(shell, wanted, wanted.hosts[0]!, attempt);

it('logs in where the spec says, under the settings of the host, and not at the node’s own address', () => {
  const targets: unknown[] = [];
  const pool = { to: (target: unknown) => void targets.push(target) } as unknown as Pool;
  const [m1, ...others] = wanted.hosts;
  const nat = cluster({ hosts: [{ ...m1, ssh: { address: '203.0.113.7', port: 2201 } }, ...others] });
  for (const machine of nat.hosts.slice(0, 2)) new RemoteHost(pool, nat, machine, attempt);
  const settings = { user: 'root', port: 22, agent: false, knownHosts: '~/.ssh/known_hosts' };
  expect(targets).toEqual([
    { name: 'm1', address: '203.0.113.7', settings: { ...settings, port: 2201 } },
    { name: 'm2', address: '10.0.0.12', settings },
  ]);
});

it('lets each command take so many times as long as the spec says of slow hosts', async () => {
  const given: unknown[] = [];
  const run = (_: string, { limit }: { limit: number }) => {
    given.push(limit);
    return Promise.resolve({ code: 0, stdout: '', stderr: '' });
  };
  const pool = { to: () => ({ run }) } as unknown as Pool;
  for (const slow of [wanted, cluster({ patience: 4 })])
    await new RemoteHost(pool, slow, slow.hosts[0]!, attempt).read({ command: 'true', parse: () => undefined });
  expect(given).toEqual([60_000, 240_000]);
});

it('asks again where the connection broke under a question, and not where there was none', async () => {
  const answers: Record<string, Error> = {
    broken: new BrokenOff('m1', 'the connection broke'),
    off: unreachable('m1', 'it does not answer'),
  };
  const asked: string[] = [];
  const run = (command: string) => {
    asked.push(command);
    return Promise.reject(answers[command]!);
  };
  const pool = { to: () => ({ run }) } as unknown as Pool;
  const silent = new RemoteHost(pool, wanted, wanted.hosts[0]!, attempt);
  for (const [command, error] of Object.entries(answers))
    await expect(silent.read({ command, parse: () => undefined })).rejects.toBe(error);
  expect(asked).toEqual(['broken', 'broken', 'off']);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kha-write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Text that survives UTF-8, with what shells and YAML stumble over among it. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc.constantFrom("it's", '$(id)', '`id`', '-rf', '*', '~', '#', '- a', 'a: b', '%', '\\', '---\n', "'\n'", 'null'),
    )
    .filter((one) => !one.includes('\0') && one === Buffer.from(one).toString());
const fileName = text(40).filter((name) => !['', '.', '..'].includes(name) && !name.includes('/'));

it('writes any file under any name, whole and with its mode, and nothing beside it', async () => {
  await fc.assert(
    fc.asyncProperty(fileName, text(200), async (name, content) => {
      const path = join(folder, 'deep er', name);
      await host.write(path, content, { mode: '0640' });
      expect(readFileSync(path, 'utf8')).toBe(content);
      expect(statSync(path).mode & 0o777).toBe(0o640);
      expect(readdirSync(join(folder, 'deep er'))).toEqual([name]);
      expect(await host.read(file(path))).toEqual({ mode: '640', content });
      rmSync(path);
    }),
    { numRuns: 100 },
  );
  // Six commands each: a machine that is busy with other things takes its time.
}, 120_000);

it('leaves nothing half-written where a file cannot be put in place', async () => {
  // A folder of that name cannot be replaced by a file.
  await host.run(`mkdir ${join(folder, 'taken')}`);
  await expect(host.write(join(folder, 'taken'), 'new')).rejects.toMatchObject({ type: 'CommandFailed' });
  expect(readdirSync(folder)).toEqual(['taken']);
});

it('clears away what a writer that was cut off had left, and nothing of one that is at work', async () => {
  // No process has an id beyond the kernel's largest (proc(5), pid_max).
  writeFileSync(join(folder, '.kha.4194305.abcdef'), 'half');
  writeFileSync(join(folder, `.kha.${process.pid}.abcdef`), 'at work');
  await host.write(join(folder, 'whole'), 'new');
  expect(readdirSync(folder).sort()).toEqual([`.kha.${process.pid}.abcdef`, 'whole']);
});

it('writes documents that a YAML parser reads back as they were, whatever they hold', () =>
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(text(20), fc.oneof(text(60), fc.integer(), fc.array(text(20))))),
      (documents) => {
        const read = parseAllDocuments(stream(...documents), { stringKeys: true });
        expect((read as unknown as { toJS(): unknown }[]).map((one) => one.toJS())).toEqual(documents);
      },
    ),
  ));

it('asks as one command what is asked at the same time, by whomever, and says which of it has no answer', async () => {
  const given: string[] = [];
  const real = shell.to({ name: 'm1', address: '', settings: {} as never });
  const pool = {
    to: () => ({ ...real, run: (...call: Parameters<typeof real.run>) => (given.push(call[0]), real.run(...call)) }),
  } as unknown as Pool;
  const asked = new RemoteHost(pool, wanted, wanted.hosts[0]!, attempt);
  const said = (command: string) => asked.read({ command, parse: ({ stdout }) => stdout });
  const [one, bad, other] = await Promise.allSettled([
    said('echo one'),
    said('echo why >&2; exit 3'),
    said('echo other'),
  ]);
  expect([one, other]).toMatchObject([{ value: 'one\n' }, { value: 'other\n' }]);
  expect(bad).toMatchObject({
    reason: { type: 'FactUnknown', reason: 'the host could not tell: echo why >&2; exit 3: exit code 3: why' },
  });
  expect(given).toHaveLength(1);
  expect(await said('echo alone')).toBe('alone\n');
  expect(given[1]).toBe('echo alone');
});
