import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimMachine, releaseMachine } from '../../src/engine/machine.js';
import { otherUsers } from '../../src/engine/other-users.js';

const machine = (name: string) => Promise.resolve({ id: 'cloned', name });
const nfs = Promise.resolve('NFS');
const local = Promise.resolve(undefined);
let home: string;

beforeEach(() => {
  home = mkdtempSync('/var/tmp/kha-home-');
  vi.stubEnv('XDG_STATE_HOME', home);
  mkdirSync(join(home, 'kha/engine'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

describe('a state folder', () => {
  it('on a network file system serves one machine until its engine is stopped', async () => {
    await claimMachine(machine('bastion-1'), nfs);
    await claimMachine(machine('bastion-1'), nfs);
    await expect(claimMachine(machine('bastion-2'), nfs)).rejects.toThrow(
      /\(on NFS\) belongs to bastion-1, and this is bastion-2: stop it there \(kha engine stop\)/,
    );
    await releaseMachine();
    await claimMachine(machine('bastion-2'), nfs);
  });

  it('of this machine alone stays usable when the machine gets another name', async () => {
    await claimMachine(machine('before'), local);
    await claimMachine(machine('after'), local);
    expect(readFileSync(join(home, 'kha/engine/machine.json'), 'utf8')).toContain('after');
  });

  it('is known for what it is', async () => {
    await claimMachine(machine('elsewhere'));
    // Whatever file system the tests' machine has, its own claim holds.
    await releaseMachine();
    await claimMachine();
    await claimMachine();
    expect(existsSync(join(home, 'kha/engine/machine.json'))).toBe(true);
  });
});

it('other users who are logged in are told by their runtime folders', async () => {
  for (const uid of ['0', '1000', '1001']) mkdirSync(join(home, 'user', uid), { recursive: true });
  expect(await otherUsers(join(home, 'user'), 1000)).toEqual([1001]);
  expect(await otherUsers(join(home, 'none'), 1000)).toEqual([]);
});
