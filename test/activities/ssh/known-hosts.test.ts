import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprint, judge, knownTypes, parseKnownHosts } from '../../../src/activities/ssh/known-hosts.js';

const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIJfkNV4OS33ImTXvorZr72q4v5XhVEQKfvqsxOEJ/XaR', 'base64');
const other = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOtherOtherOtherOtherOtherOtherOtherOther0', 'base64');
const text = key.toString('base64');

describe('judge', () => {
  it.each([
    ['a plain name', `host ssh-ed25519 ${text}`, 'host', 22, 'known'],
    ['one of several names', `alias,10.0.0.1 ssh-ed25519 ${text}`, '10.0.0.1', 22, 'known'],
    ['names in capitals', `HOST ssh-ed25519 ${text}`, 'host', 22, 'known'],
    ['another port', `[host]:2222 ssh-ed25519 ${text}`, 'host', 2222, 'known'],
    ['a plain name for another port', `host ssh-ed25519 ${text}`, 'host', 2222, 'unknown'],
    ['a port for the plain one', `[host]:2222 ssh-ed25519 ${text}`, 'host', 22, 'unknown'],
    ['a wildcard', `*.example.org ssh-ed25519 ${text}`, 'a.example.org', 22, 'known'],
    ['a question mark', `m? ssh-ed25519 ${text}`, 'm1', 22, 'known'],
    ['a dot that is no wildcard', `mxexample ssh-ed25519 ${text}`, 'm.example', 22, 'unknown'],
    ['a negation', `*,!m2 ssh-ed25519 ${text}`, 'm2', 22, 'unknown'],
    ['a negation of another', `*,!m2 ssh-ed25519 ${text}`, 'm1', 22, 'known'],
    ['another key', `host ssh-ed25519 ${other.toString('base64')}`, 'host', 22, 'changed'],
    ['one of two keys', `host ssh-ed25519 ${other.toString('base64')}\nhost ssh-ed25519 ${text}`, 'host', 22, 'known'],
    ['a revoked key', `@revoked * ssh-ed25519 ${text}`, 'host', 22, 'revoked'],
    [
      'a revoked key that is also known',
      `host ssh-ed25519 ${text}\n@revoked host ssh-ed25519 ${text}`,
      'host',
      22,
      'revoked',
    ],
    ['a certificate authority', `@cert-authority * ssh-ed25519 ${text}`, 'host', 22, 'unknown'],
    ['comments and noise', `# host ssh-ed25519 ${text}\n\nnoise\nhost`, 'host', 22, 'unknown'],
    ['Windows line ends', `x ssh-ed25519 ${text}\r\nhost ssh-ed25519 ${text}\r\n`, 'host', 22, 'known'],
    ['an empty file', '', 'host', 22, 'unknown'],
  ])('%s', (_name, file, host, port, verdict) => {
    expect(judge(parseKnownHosts(file), host, port, key).verdict).toBe(verdict);
  });

  it('names the line that decided', () => {
    expect(judge(parseKnownHosts(`# first\nhost ssh-ed25519 ${other.toString('base64')}`), 'host', 22, key)).toEqual({
      verdict: 'changed',
      line: 2,
    });
  });

  it('reads what ssh-keygen -H has hashed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kha-test-'));
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `10.0.0.1 ssh-ed25519 ${text}\n[10.0.0.2]:2222 ssh-ed25519 ${text}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const entries = parseKnownHosts(readFileSync(file, 'utf8'));
    rmSync(folder, { recursive: true });
    expect(entries[0]?.patterns[0]).toMatch(/^\|1\|/);
    expect(judge(entries, '10.0.0.1', 22, key).verdict).toBe('known');
    expect(judge(entries, '10.0.0.2', 2222, key).verdict).toBe('known');
    expect(judge(entries, '10.0.0.3', 22, key).verdict).toBe('unknown');
  });
});

it('asks for the types on file first', () => {
  expect(knownTypes(parseKnownHosts(`host ecdsa-sha2-nistp256 ${text}\nhost ssh-ed25519 ${text}`), 'host', 22)).toEqual(
    ['ecdsa-sha2-nistp256', 'ssh-ed25519'],
  );
});

it('prints a fingerprint as ssh-keygen does', () => {
  const printed = execFileSync('ssh-keygen', ['-lf', '-'], { input: `ssh-ed25519 ${text} x\n`, encoding: 'utf8' });
  expect(printed).toContain(fingerprint(key));
});
