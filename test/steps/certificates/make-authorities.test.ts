import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthorities } from '../../../src/steps/certificates/make-authorities.js';
import { byPhases } from '../../../src/steps/certificates/making.js';
import { cluster } from '../../clusters.js';
import { FakeHost } from '../fake-host.js';

const phases = ['ca', 'front-proxy-ca', 'etcd-ca', 'sa'];
const files = ['ca.crt', 'ca.key', 'etcd/ca.crt', 'etcd/ca.key', 'front-proxy-ca.crt', 'front-proxy-ca.key'];
const all = [...files, 'sa.key', 'sa.pub'];

/** Makes what the phase would, in the folder that it is told of; fails at the phase named in FAILS. */
const kubeadm = `#!/bin/sh
phase=$4; [ "$phase" != "$FAILS" ] || exit 1
case $5 in --cert-dir) folder=$6;; *) folder=$(sed -n 's/.*"certificatesDir": "\\(.*\\)",/\\1/p' "$6");; esac
mkdir -p "$folder/etcd"
case $phase in
  sa) echo new >"$folder/sa.key"; echo new >"$folder/sa.pub";;
  etcd-ca) echo new >"$folder/etcd/ca.key"; echo new >"$folder/etcd/ca.crt";;
  *) echo new >"$folder/$phase.key"; echo new >"$folder/$phase.crt";;
esac
`;

let root = '';
const pki = (name: string): string => join(root, 'etc/kubernetes/pki', name);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kha-make-'));
  for (const folder of ['bin', 'etc/kubernetes/kha', 'etc/kubernetes/pki/etcd', 'run'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'bin/kubeadm'), kubeadm);
  chmodSync(join(root, 'bin/kubeadm'), 0o755);
  writeFileSync(join(root, 'etc/kubernetes/kha/kubeadm.yaml'), '{\n  "kind": "ClusterConfiguration",\n  "x": 1\n}\n');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Carries out in a real shell what a control plane is told, in a folder of the test. */
async function make(fails = ''): Promise<{ status: number | null; stderr: string }> {
  const host = new FakeHost(cluster(), 'm1').obeys(/kubeadm/);
  await makeAuthorities(host, byPhases(phases));
  const command = host.done[0]!.replaceAll('/etc/kubernetes', join(root, 'etc/kubernetes')).replaceAll(
    '/run/lock',
    join(root, 'run'),
  );
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH']}`, FAILS: fails };
  return spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', env });
}
const there = (): string[] => all.filter((name) => existsSync(pki(name)));

describe('what makes the authorities', () => {
  it('puts all of them in their place, and leaves nothing beside', async () => {
    expect((await make()).status).toBe(0);
    expect(there()).toEqual(all);
    expect(readdirSync(join(root, 'etc/kubernetes/kha'))).toEqual(['kubeadm.yaml']);
  });

  it('makes all or none: where kubeadm fails half-way, none', async () => {
    expect((await make('etcd-ca')).status).not.toBe(0);
    expect(there()).toEqual([]);
    expect((await make()).status).toBe(0);
    expect(there()).toEqual(all);
  });

  it.each(all)('never replaces %s, though it was asked to make it', async (name) => {
    writeFileSync(pki(name), 'of a cluster that stands\n');
    const { status, stderr } = await make();
    expect(readFileSync(pki(name), 'utf8')).toBe('of a cluster that stands\n');
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${name} is there already and is not replaced`)]);
  });
});
