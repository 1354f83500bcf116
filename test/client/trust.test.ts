import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Pool } from '../../src/activities/ssh/pool.js';
import { trustHosts } from '../../src/client/trust.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import { noSshd, startSshd, type Sshd } from '../activities/ssh/sshd.js';
import { cluster } from '../clusters.js';

describe.skipIf(noSshd !== '')(`trusting hosts${noSshd && ` (${noSshd})`}`, () => {
  let gate: Sshd;
  let behind: Sshd;
  let folder: string;
  let knownHosts: string;

  beforeAll(async () => {
    [gate, behind] = await Promise.all([startSshd(), startSshd()]);
  });
  afterAll(() => {
    for (const sshd of [gate, behind]) sshd.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kha-trust-'));
    knownHosts = join(folder, 'ssh/known_hosts');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const site = (...hosts: { sshd: Pick<Sshd, 'port' | 'key'>; jump?: object }[]): Cluster =>
    cluster({
      ssh: { knownHosts },
      hosts: hosts.map(({ sshd: { port, key }, jump }, index) => ({
        name: `h${index}`,
        address: `10.0.0.1${index}`,
        roles: ['control-plane'],
        ssh: { address: '127.0.0.1', port, key, ...(jump ? { jump } : {}) },
      })),
    });
  const trust = async (wanted: Cluster, agrees = true) => {
    const told: string[] = [];
    const asked: number[] = [];
    const outcome = await trustHosts(wanted, {
      tell: (words) => void told.push(words),
      agrees: async (keys) => {
        asked.push(keys);
        return Promise.resolve(agrees);
      },
    });
    return { outcome, told, asked };
  };
  const printOf = ({ folder: at }: Sshd): string =>
    execFileSync('ssh-keygen', ['-lf', join(at, 'host.pub')], { encoding: 'utf8' }).split(' ')[1]!;
  const text = (): string => readFileSync(knownHosts, 'utf8');

  it('shows what ssh-keygen prints, adds it once, and a login then goes through', async () => {
    const wanted = site({ sshd: gate });
    const { outcome, told, asked } = await trust(wanted);
    expect({ outcome, asked }).toEqual({ outcome: 'all', asked: [1] });
    expect(told[0]).toBe(`h0 at [127.0.0.1]:${gate.port} shows ssh-ed25519 ${printOf(gate)}`);
    expect(statSync(knownHosts).mode & 0o777).toBe(0o600);
    const pool = new Pool({ patience: 3_000 });
    const settings = { ...gate.settings, knownHosts };
    expect((await pool.to({ name: 'h0', address: '127.0.0.1', settings }).run('echo in')).stdout).toBe('in\n');
    pool.close();
    const before = text();
    expect(await trust(wanted)).toEqual({ outcome: 'all', told: [], asked: [] });
    expect(text()).toBe(before);
  });

  it('adds nothing where the person says no', async () => {
    expect((await trust(site({ sshd: gate }), false)).outcome).toBe('refused');
    expect(existsSync(knownHosts)).toBe(false);
  });

  it('asks a jump host first, and what lies behind it through it', async () => {
    const jump = { address: '127.0.0.1', port: gate.port, key: gate.key };
    const { outcome, told, asked } = await trust(site({ sshd: behind, jump }));
    expect({ outcome, asked }).toEqual({ outcome: 'all', asked: [1, 1] });
    expect(told.filter((words) => words.includes('shows'))).toEqual([
      `h0’s jump host at [127.0.0.1]:${gate.port} shows ssh-ed25519 ${printOf(gate)}`,
      `h0 at [127.0.0.1]:${behind.port} shows ssh-ed25519 ${printOf(behind)}`,
    ]);
  });

  it('never replaces a key that changed, and leaves out whoever does not answer', async () => {
    knownHosts = join(folder, 'known_hosts');
    const other = readFileSync(join(behind.folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    // Without an end of its last line, as an editor may leave it.
    writeFileSync(knownHosts, `[127.0.0.1]:${gate.port} ${other}`);
    const { outcome, told, asked } = await trust(
      site({ sshd: gate }, { sshd: behind }, { sshd: { port: 1, key: gate.key } }),
    );
    expect({ outcome, asked }).toEqual({ outcome: 'some', asked: [1] });
    expect(told.join('\n')).toMatch(new RegExp(`h0 at .* line 1 of ${knownHosts} has another key for it`));
    expect(told.join('\n')).toMatch(/h2: 127\.0\.0\.1:1 shows no host key: .*ECONNREFUSED/);
    expect(text().split('\n')).toEqual([
      `[127.0.0.1]:${gate.port} ${other}`,
      `[127.0.0.1]:${behind.port} ${other}`,
      '',
    ]);
  });
});
