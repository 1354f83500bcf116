import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../../../src/engine/engine.js';
import type { Progress } from '../../../src/workflows/messages.js';
import { noSshd, startSshd, type Sshd } from '../../activities/ssh/sshd.js';
import { ground } from '../../lab/ground.js';

/** A cluster of one host whose key nobody has accepted: its install holds at the first step, at once. */
describe.skipIf(noSshd !== '')(`kha at a shell${noSshd && ` (${noSshd})`}`, () => {
  const { kha, done, folder, remove } = ground('none');
  const spec = join(folder, 'cluster.yaml');
  let sshd: Sshd;
  const write = (vip: string): void =>
    writeFileSync(
      spec,
      `apiVersion: kubernetes-ha.io/v1alpha1\nkind: Cluster\nname: e2e\nkubernetesVersion: v1.37.2\ncontrolPlaneEndpoint: { type: vip, vip: ${vip} }\n` +
        `source: { registry: { address: "127.0.0.1:1", plainHttp: true } }\nssh: { port: ${sshd.port}, key: ${sshd.key}, knownHosts: none }\nhosts:\n  - { name: m1, address: 127.0.0.1, roles: [control-plane] }\n`,
    );

  beforeAll(async () => {
    sshd = await startSshd();
    write('127.0.0.9');
  });
  afterAll(async () => {
    await done('engine', 'stop');
    sshd.stop();
    remove();
  });

  it('refuses a wrong spec before anything is started', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'kind: Custer\n');
    const { code, stderr } = await kha('install', join(folder, 'wrong.yaml'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/wrong.yaml:1:7 error kind: .*did you mean Cluster\?/);
    expect(
      (JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus).processes.server,
    ).toBeUndefined();
  });

  it.each([
    [['instal'], /unknown command 'instal'/],
    [['retry'], /missing required argument 'cluster'/],
    [['install'], /missing required argument 'file'/],
    [['export'], /name one to export: a cluster, or --kubeconfig FILE/],
    [['export', 'old.yaml', '--registry', 'new.example'], /expected OLD=NEW/],
    [['export', '--from', 'nowhere.json'], /nowhere\.json cannot be read: ENOENT/],
    [['status', 'nobody'], /no run of cluster nobody is known; known: none/],
  ])('answers wrong usage %j with exit code 2', async (args, message) => {
    const { code, stderr } = await kha(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('ends with 3 when the run waits for a person, and says what to type', async () => {
    const { code, stdout } = await kha('install', spec);
    expect(stdout).toMatch(/the host key of 127\.0\.0\.1:\d+ is not in .*SHA256:/);
    expect(stdout).toContain('kha retry e2e --step checkHost --host m1');
    expect(code).toBe(3);
    expect(JSON.parse(await done('status', 'e2e', '--output', 'json')) as Progress & { status: string }).toMatchObject({
      status: 'RUNNING',
      phase: 'waiting',
      cluster: 'e2e',
    });
  });

  it('lists the clusters that wait, by search attribute', async () => {
    await expect
      .poll(async () => JSON.parse(await done('list', '--needs-operator', '--output', 'json')) as unknown)
      .toMatchObject([{ cluster: 'e2e', phase: 'waiting', needsOperator: true }]);
  });

  it('attaches a second operator to the run, but not with another spec unless told so', async () => {
    const same = await kha('install', spec);
    expect(same.stderr).toContain('an install of e2e is under way');
    expect(same.stderr).not.toContain('another spec');
    write('127.0.0.10');
    const other = await kha('install', spec);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/under way \(started .* by .*\) with another spec than this file\nNext: .*--attach/);
    const attached = await kha('install', spec, '--attach');
    expect(attached.stderr).toContain('attached to it as it is');
    expect(attached.code).toBe(3);
    write('127.0.0.9');
  });

  it('goes on after the server was killed', async () => {
    const { processes } = JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
    process.kill(processes.server!, 'SIGKILL');
    expect((await kha('watch', 'e2e')).code).toBe(3);
  });

  it.each([
    [['skip', 'e2e'], /to skip a step takes a reason/],
    [['retry', 'e2e', '--host', 'm2'], /nothing of that name is held; held: checkHost on m1/],
    [['approve', 'e2e', 'before-chagnes'], /has no gate "before-chagnes".*its gates: before-changes/],
  ])('passes on why the run refuses %j', async (args, message) => {
    const { code, stderr } = await kha(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  it('retries on an answer: with the key accepted the step gets further', async () => {
    writeFileSync(join(folder, 'none'), spawnSync('cat', [sshd.knownHosts], { encoding: 'utf8' }).stdout);
    await done('retry', 'e2e');
    await expect
      .poll(
        async () => (JSON.parse(await done('status', 'e2e', '--output', 'json')) as Progress).lines[0]?.problem ?? '',
        { timeout: 20_000 },
      )
      .toMatch(/checkHost on m1: .*(os|tools|host-name|ports|memory|disk)/);
  });

  it('ends with 1 when the run was aborted, and starts again from its own spec', async () => {
    await done('abort', 'e2e');
    const { code, stdout } = await kha('watch', 'e2e');
    expect(stdout).toMatch(/failed: .* aborted at checkHost on m1/);
    expect(code).toBe(1);
    const again = await kha('resume', 'e2e');
    expect(again.stderr).toContain('starting again from its own spec');
    expect(again.code).toBe(3);
    expect(await done('cancel', 'e2e')).toContain('is cancelled');
    expect((await kha('cancel', 'e2e')).code).toBe(2);
  });

  it('ends to watch a run that somebody terminated', async () => {
    expect((await kha('install', spec)).code).toBe(3);
    const { address } = JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
    const connection = await Connection.connect({ address: address! });
    await new Client({ connection }).workflow.getHandle('cluster/e2e').terminate('by this test');
    await connection.close();
    const { code, stdout } = await kha('watch', 'e2e');
    expect(stdout).toContain('the run of e2e was ended from outside (terminated)');
    expect(code).toBe(1);
  });

  it('writes and checks a spec', async () => {
    const file = join(folder, 'new.yaml');
    expect(await done('init', file)).toContain(`Wrote ${file}`);
    expect((await kha('init', file)).code).toBe(2);
    expect(JSON.parse(await done('validate', file, '--output', 'json'))).toEqual({
      valid: true,
      problems: [],
      resolved: false,
    });
    expect((await kha('validate', join(folder, 'wrong.yaml'), '--output', 'json')).stdout).toContain('"valid": false');
  });

  it('completes commands in a real shell', async () => {
    writeFileSync(join(folder, 'completion'), await done('completion', 'bash'));
    const complete = (...words: string[]): string =>
      spawnSync(
        'bash',
        [
          '-c',
          `source ${join(folder, 'completion')}; COMP_WORDS=(${words.join(' ')} ''); COMP_CWORD=${words.length}; _kha; echo "\${COMPREPLY[@]}"`,
        ],
        { encoding: 'utf8', cwd: folder },
      ).stdout;
    expect(complete('kha')).toMatch(/\binstall\b.*\bretry\b/);
    expect(complete('kha', 'engine')).toMatch(/\bstart\b.*\bstop\b/);
    expect(complete('kha', 'skip', 'prod')).toMatch(/--reason\b/);
  });

  it('has examples in the help of every command', async () => {
    const commands = [
      'init',
      'validate',
      'hosts trust',
      'schema',
      'plan',
      'install',
      'resume',
      'status',
      'watch',
      'list',
      'approve',
      'retry',
      'skip',
      'abort',
      'cancel',
      'kubeconfig',
      'ui',
      'engine',
      'worker',
      'lab',
      'completion',
    ];
    for (const command of commands)
      expect((await kha(...command.split(' '), '--help')).stdout.match(/^Examples?:\n {2}\S/gm), command).toHaveLength(
        1,
      );
  });
});
