import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSpec, type ReadSpec } from '../../../src/client/spec/read.js';
import { good } from './wrong-specs.js';

const home = mkdtempSync(join(tmpdir(), 'kha-home-'));
const folder = join(home, '.ssh');
beforeEach(() => {
  vi.stubEnv('HOME', home);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'id_site'), '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
afterAll(() => rmSync(home, { recursive: true }));

async function read(config: string | undefined, spec = ''): Promise<ReadSpec> {
  if (config !== undefined) writeFileSync(join(folder, 'config'), config);
  const file = join(home, 'cluster.yaml');
  writeFileSync(file, good + spec);
  return readSpec(file);
}
const first = ({ cluster }: ReadSpec): unknown => cluster.hosts[0]?.ssh;
const me = userInfo().username;

describe('the operator’s ~/.ssh/config', () => {
  it('is asked for the address of the login, where that is not the node’s own', async () => {
    const elsewhere = good.replace('10.0.0.11, roles', '10.0.0.11, ssh: { address: 203.0.113.11 }, roles');
    writeFileSync(join(folder, 'config'), 'Host 203.0.113.*\n  User ops\nHost 10.0.0.11\n  User never\n');
    const file = join(home, 'cluster.yaml');
    writeFileSync(file, elsewhere);
    expect(first(await readSpec(file))).toEqual({ address: '203.0.113.11', user: 'ops' });
  });

  it('changes nothing where there is none', async () => expect(first(await read(undefined))).toBeUndefined());

  it.each([
    [
      'by address',
      'Host 10.0.0.*\n  User ops\n  Port 2222\n  IdentityFile ~/.ssh/id_site\n',
      { user: 'ops', port: 2222, key: join(folder, 'id_site') },
    ],
    ['by name', 'Host m1\n  HostName 10.0.0.11\n  User ops\n', { user: 'ops' }],
    ['for all', 'User ops\nHost *\n  User never\n', { user: 'ops' }],
    [
      'by the first key that is there',
      'Host *\n  IdentityFile ~/.ssh/none\n  IdentityFile %d/.ssh/id_site\n',
      { key: join(folder, 'id_site') },
    ],
    ['but not for another', 'Host db1\n  User ops\n', undefined],
    ['but not against a negation', 'Host * !10.0.0.11 !m1\n  User ops\n', undefined],
    ['in lower case and with an equals sign', 'host 10.0.0.11\n  user=ops\n', { user: 'ops' }],
    [
      'through a jump host',
      'Host 10.0.0.11\n  ProxyJump gate\nHost gate\n  HostName gate.example.org\n  User door\n  Port 2200\n',
      { jump: [{ address: 'gate.example.org', user: 'door', port: 2200 }] },
    ],
    [
      'through two',
      'Host 10.0.0.11\n  ProxyJump a@first:2201,second\n',
      {
        jump: [
          { address: 'first', user: 'a', port: 2201 },
          { address: 'second', user: me, port: 22 },
        ],
      },
    ],
    [
      'through one that has one itself',
      'Host 10.0.0.11\n  ProxyJump inner\nHost inner\n  User i\n  ProxyJump outer\nHost outer\n  User o\n',
      {
        jump: [
          { address: 'outer', user: 'o', port: 22 },
          { address: 'inner', user: 'i', port: 22 },
        ],
      },
    ],
    ['through none', 'Host 10.0.0.11\n  ProxyJump none\nHost 10.0.0.*\n  ProxyJump gate\n', undefined],
    ['without what Match would run', `Match exec "touch ${join(home, 'ran')}"\n  User ops\n`, undefined],
  ])('fills in what the spec leaves out, %s', async (_how, config, expected) => {
    const found = await read(config);
    expect(first(found)).toEqual(expected);
    expect(found.warnings).toEqual([]);
  });

  it('includes other files ahead of its own words', async () => {
    mkdirSync(join(folder, 'conf.d'));
    writeFileSync(join(folder, 'conf.d', 'site.conf'), 'Host 10.0.0.11\n  User ops\n');
    expect(first(await read('Include conf.d/*.conf\nUser root\n'))).toEqual({ user: 'ops' });
  });

  it('gives way to the spec, its hosts and its agent', async () => {
    const config = 'Host *\n  User ops\n  Port 2222\n  IdentityFile ~/.ssh/id_site\n  ProxyJump gate\n';
    expect(first(await read(config, 'ssh: { user: root, agent: true, jump: { address: 10.0.0.1 } }\n'))).toEqual({
      port: 2222,
    });
    expect(first(await read(config, 'ssh: { user: a, port: 22, key: k, jump: { address: g } }\n'))).toBeUndefined();
  });

  it.each([
    ['a command', 'Host m1\n  ProxyCommand nc -X 5 %h %p\n', /reaches m1 by a ProxyCommand, which kha does not run/],
    [
      'another host of that name',
      'Host m1\n  HostName 192.0.2.7\n  User ops\n',
      /has another host m1, and its settings are not used/,
    ],
  ])('is told where it has %s', async (_what, config, message) => {
    const found = await read(config);
    expect(found.warnings.map((one) => one.message).join()).toMatch(message);
    expect(found.warnings[0]?.line).toBeGreaterThan(1);
    expect(first(found)).toBeUndefined();
  });

  it.each([
    [
      'goes round in circles',
      'Host 10.0.0.11\n  ProxyJump a\nHost a\n  ProxyJump b\nHost b\n  ProxyJump a\n',
      /jump host a is reached through itself/,
    ],
    ['includes itself', 'Include config\n', /without end/],
  ])('is refused where it %s', async (_what, config, message) => expect(read(config)).rejects.toThrow(message));
});
