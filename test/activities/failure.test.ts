import { describe, expect, it } from 'vitest';
import { HostFailure, tailOf, toFailure } from '../../src/activities/failure.js';
import { reasonOf } from '../../src/activities/reason.js';
import { keepSecret, redact } from '../../src/activities/redaction.js';

describe('a failure', () => {
  const told = new HostFailure('CommandFailed', {
    host: 'm2',
    reason: 'kubeadm exited 1 after 3.0 s: port taken',
    tail: 'line 1\nline 2',
    next: 'mend it',
  });

  it('tells step, host, reason, output and next step', () => {
    expect(toFailure('initControlPlane', 'm2', told)).toMatchObject({
      type: 'CommandFailed',
      nonRetryable: false,
      message: 'initControlPlane on m2: kubeadm exited 1 after 3.0 s: port taken\n\nline 1\nline 2\n\nNext: mend it',
    });
  });

  it('names the other host when it was that one', () => {
    expect(toFailure('joinWorker', 'w1', told).message).toMatch(/^joinWorker on w1 \(by way of m2\): /);
  });

  it.each(['HostKeyUnknown', 'HostKeyChanged', 'LoginRefused', 'SudoRefused', 'SecretMissing'] as const)(
    '%s is not tried again',
    (type) => {
      expect(toFailure('x', 'm1', new HostFailure(type, { host: 'm1', reason: 'r', next: 'n' })).nonRetryable).toBe(
        true,
      );
    },
  );

  it('carries no stack and no secret', () => {
    const failure = toFailure(
      'x',
      'm1',
      new HostFailure('CommandFailed', { host: 'm1', reason: 'token abcdef.0123456789abcdef', next: 'n' }),
    );
    expect(failure.stack).toBe('');
    expect(failure.message).not.toContain('0123456789abcdef');
  });

  it('takes an error of kha’s own for what it is', () => {
    expect(toFailure('x', 'm1', new TypeError('boom'))).toMatchObject({ type: 'TypeError' });
  });
});

it('keeps the last twenty lines, without colours', () => {
  const output = Array.from({ length: 50 }, (_, n) => `\u001b[31mline ${n}\u001b[0m`).join('\n');
  expect(tailOf(output).split('\n')).toEqual(Array.from({ length: 20 }, (_, n) => `line ${n + 30}`));
});

describe('the reason', () => {
  it.each([
    [
      'kubeadm’s preflight',
      '[preflight] Running\n\t[WARNING X]: y\n\t[ERROR Port-6443]: Port 6443 is in use\n\t[ERROR Mem]: small\nerror: error execution phase preflight: failed',
      '[ERROR Port-6443]: Port 6443 is in use',
    ],
    [
      'a phase of kubeadm',
      'error execution phase wait-control-plane: timed out\nTo see the stack trace',
      'error execution phase wait-control-plane: timed out',
    ],
    ['the first of several', 'fatal: one\nerror: two', 'fatal: one'],
    [
      'a word that tells',
      'all well\nmkdir: cannot create directory: Permission denied\nbye',
      'mkdir: cannot create directory: Permission denied',
    ],
    ['the last line where no word tells', 'one\ntwo\n', 'two'],
    ['nothing', '', 'it printed nothing'],
  ])('is found in %s', (_what, output, reason) => expect(reasonOf(output)).toBe(reason));
});

describe('redaction', () => {
  it.each([
    ['a bootstrap token', 'kubeadm join --token abcdef.0123456789abcdef x', '0123456789abcdef'],
    ['a private key', 'x\n-----BEGIN RSA PRIVATE KEY-----\nMIIEsecret\n-----END RSA PRIVATE KEY-----\ny', 'MIIEsecret'],
    ['a private key that was cut', '-----BEGIN PRIVATE KEY-----\nMIIEsecret', 'MIIEsecret'],
    ['a certificate key', `--certificate-key ${'a1'.repeat(32)}`, 'a1a1a1'],
    ['an authorization header', 'Authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['credentials in a URL', 'https://user:hunter2@registry/v2', 'hunter2'],
    ['a kubeconfig', 'client-key-data: LS0tLS1CRUdJTg==', 'LS0tLS1CRUdJTg'],
    ['keepalived’s password', 'auth_pass Ab3dE5gH', 'Ab3dE5gH'],
  ])('masks %s', (_what, text, secret) => expect(redact(text)).not.toContain(secret));

  it('masks what was read as a secret, also in base64', () => {
    keepSecret('correct horse battery');
    expect(redact(`x correct horse battery y ${Buffer.from('correct horse battery').toString('base64')}`)).toBe(
      'x [secret] y [secret]',
    );
  });

  it('leaves everything else', () => {
    const text = 'm1: /etc/kubernetes/pki/ca.crt differs; https://10.0.0.100:8443 does not answer; sha256:0011';
    expect(redact(text)).toBe(text);
  });
});
