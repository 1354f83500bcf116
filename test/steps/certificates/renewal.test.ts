import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { layKubeconfigs, signedFolder } from '../../../src/steps/certificates/kubeconfigs.js';
import { asked, machine, ofCluster, on, root, said, signAll } from './keyless-site.js';

const day = 86_400_000;
const later = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * day });
afterEach(() => vi.useRealTimers());

const kubernetes = (host: string, path: string): string => join(root, host, 'etc/kubernetes', path);
const pods = { 10257: 'kube-controller-manager', 10259: 'kube-scheduler' };

/** systemctl writes down what it was asked, and ends as told; a static pod's port is open while its manifest lies there. */
function fakePrograms(systemctl = 0): void {
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(root, 'bin', name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  write('systemctl', [`echo "$@" >>${join(root, 'calls')}`, `exit ${systemctl}`]);
  write(
    'ss',
    Object.entries(pods).map(
      ([port, pod]) =>
        `case $* in *${port}*) echo ${pod} >>${join(root, 'calls')}; ! [ -e ${kubernetes('m1', `manifests/${pod}.yaml`)} ] || echo LISTEN;; esac`,
    ),
  );
}
const calls = (): string[] => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n');

/** A node whose certificates were signed for a year, and on which kubeadm has ended. */
async function standing(name: 'm1' | 'w1') {
  const wanted = ofCluster();
  const node = on(wanted, name);
  await node.apply();
  signAll();
  expect(await node.apply()).toBe('');
  const host = machine(wanted, name);
  await host.run(['set -eu', ...layKubeconfigs(wanted, host.machine), `rm -rf ${signedFolder}`].join('\n'));
  await host.write(`/var/lib/kha/${name === 'm1' ? 'control-plane' : 'worker'}`, 'done\n');
  mkdirSync(kubernetes(name, 'manifests'));
  for (const pod of Object.values(pods)) writeFileSync(kubernetes(name, `manifests/${pod}.yaml`), 'pod');
  fakePrograms();
  return node;
}

/** The certificate that a kubeconfig shows, and whether the key in it is its own. */
function shown(host: string, name: string) {
  const text = readFileSync(kubernetes(host, name), 'utf8');
  const [cert, key] = ['certificate', 'key'].map((field) =>
    Buffer.from(new RegExp(`^    client-${field}-data: (\\S+)$`, 'm').exec(text)![1]!, 'base64').toString(),
  ) as [string, string];
  const keyOf = (args: readonly string[], input: string): string =>
    spawnSync('openssl', args, { input, encoding: 'utf8' }).stdout;
  const ends = Date.parse(/notAfter=(.*)/.exec(said(cert, '-enddate'))![1]!);
  expect(keyOf(['pkey', '-pubout'], key)).toBe(keyOf(['x509', '-noout', '-pubkey'], cert));
  return { text, days: Math.floor((ends - Date.now()) / day) };
}

describe('certificates that near their end', { timeout: 120_000 }, () => {
  it('are left alone until half a month before', async () => {
    const m1 = await standing('m1');
    later(340);
    expect(await m1.check()).toEqual([]);
  });

  it('are asked for anew, put where they are read, and their readers started again', async () => {
    const m1 = await standing('m1');
    const before = shown('m1', 'scheduler.conf').text;
    later(355);
    const missing = await m1.check();
    expect(missing).toHaveLength(7);
    expect(missing).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /pki\/apiserver\.crt ends in 9 days; it will be asked for as test\/ca\/m1\/apiserver\.csr$/,
        ),
        expect.stringMatching(/^\/etc\/kubernetes\/kubelet\.conf ends in 9 days; it will be asked for as /),
      ]),
    );
    expect(await m1.apply()).toMatch(/^7 certificates are waited for/);
    expect(existsSync(join(root, 'calls'))).toBe(false);
    signAll(undefined, { more: ['-days', '3000'] });
    expect(await m1.apply()).toBe('');
    expect(await m1.check()).toEqual([]);
    for (const name of ['admin.conf', 'super-admin.conf', 'controller-manager.conf', 'scheduler.conf', 'kubelet.conf'])
      expect(shown('m1', name).days, name).toBeGreaterThan(2_000);
    const withoutData = (text: string): string => text.replaceAll(/(client-\w+-data:).*/g, '$1');
    expect(withoutData(shown('m1', 'scheduler.conf').text)).toBe(withoutData(before));
    // Each manifest was away until its pod had ended, and is back.
    expect(calls()).toEqual([...Object.values(pods), 'restart kubelet.service']);
    expect(readdirSync(kubernetes('m1', 'manifests'))).toHaveLength(2);
    expect(readdirSync(kubernetes('m1', 'kha/signed'))).toEqual(['ca.crt']);
  });

  it('of a worker that was cut off before its kubelet was started again are not taken for renewed', async () => {
    const w1 = await standing('w1');
    later(366);
    expect(await w1.check()).toEqual([expect.stringMatching(/kubelet\.conf has expired; it will be asked for/)]);
    await w1.apply();
    signAll(undefined, { more: ['-days', '3000'] });
    fakePrograms(1);
    expect(await w1.apply()).not.toBe('');
    expect(shown('w1', 'kubelet.conf').days).toBeGreaterThan(2_000);
    expect(await w1.check()).toEqual([
      expect.stringMatching(
        /^\/etc\/kubernetes\/kubelet\.conf was being renewed; test\/ca\/w1\/kubelet\.conf\.crt is signed for it$/,
      ),
    ]);
    fakePrograms();
    expect(await w1.apply()).toBe('');
    expect(await w1.check()).toEqual([]);
    expect(calls()).toEqual(['restart kubelet.service', 'restart kubelet.service']);
  });

  it('in a kubeconfig that somebody else renews, or that was moved away, are nobody’s business', async () => {
    const w1 = await standing('w1');
    const text = shown('w1', 'kubelet.conf').text.replaceAll(
      /-data: .*/g,
      ': /var/lib/kubelet/pki/kubelet-client-current.pem',
    );
    writeFileSync(kubernetes('w1', 'kubelet.conf'), text);
    const before = asked();
    later(366);
    expect(await w1.check()).toEqual([]);
    expect(await w1.apply()).toBe('');
    expect(asked()).toEqual(before);
  });
});
