import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byPhases } from '../../../src/steps/certificates/making.js';
import { makeCertificates } from '../../../src/steps/certificates/make-certificates.js';
import { ownCertificates } from '../../../src/steps/certificates/paths.js';
import { initDocuments } from '../../../src/steps/control-plane/kubeadm-documents.js';
import type { Host } from '../../../src/steps/host.js';
import { cluster } from '../../clusters.js';

const wanted = cluster();
const [m1] = wanted.hosts;
const peer = ownCertificates(wanted, m1!).find(({ phase }) => phase === 'etcd-peer')!;
const document = initDocuments(
  wanted,
  m1!,
  { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: true } },
  'local',
);

/** Makes what the phase is for where the document says, else in its own place, and tells which authorities it found there. */
const kubeadm = `#!/bin/sh
folder=$(sed -n 's/.*"certificatesDir": "\\(.*\\)",/\\1/p' "$6"); folder=\${folder:-$PKI}
case $4 in etcd-peer) name=etcd/peer;; *) name=$4;; esac
if [ "\${FAILS:-}" = "$name" ]; then echo half >"$folder/$name.key"; exit 1; fi
[ -e "$OUT" ] || (cd "$folder"; ls *.key etcd/*.key 2>/dev/null | tr '\\n' ' ' >"$OUT")
echo new key >"$folder/$name.key"; echo new certificate >"$folder/$name.crt"
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kha-certificate-'));
  put('/bin/kubeadm', kubeadm, 0o755);
  put('/etc/kubernetes/kha/kubeadm.yaml', document);
  for (const name of ['ca', 'etcd/ca'])
    for (const half of ['crt', 'key']) put(`/etc/kubernetes/pki/${name}.${half}`, `${name} ${half}`);
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string, mode = 0o600): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content, { mode });
}
const read = (path: string): string => readFileSync(root + path, 'utf8');

/** Runs what the host is told with this machine's shell, below a folder of its own. */
const host = (env: Record<string, string> = {}): Host =>
  ({
    run: (command: string) =>
      Promise.resolve().then(() =>
        execFileSync('sh', ['-c', command.replaceAll('/etc/kubernetes', `${root}/etc/kubernetes`)], {
          encoding: 'utf8',
          stdio: 'pipe',
          env: {
            PATH: `${root}/bin:${process.env['PATH']}`,
            OUT: `${root}/found`,
            PKI: `${root}/etc/kubernetes/pki`,
            ...env,
          },
        }),
      ),
  }) as unknown as Host;

it('makes a certificate out of the authorities that the host has, and leaves nothing beside it', async () => {
  put('/etc/kubernetes/pki/etcd/peer.crt', 'old certificate');
  await makeCertificates(host(), [peer], byPhases([peer.phase]));
  expect(read('/found').trim().split(' ').sort()).toEqual(['ca.key', 'etcd/ca.key']);
  expect([read(peer.pair.public), read(peer.pair.private)]).toEqual(['new certificate\n', 'new key\n']);
  expect(statSync(root + peer.pair.private).mode & 0o777).toBe(0o600);
  expect(read('/etc/kubernetes/pki/etcd/ca.key')).toBe('etcd/ca key');
  expect(existsSync(`${root}/etc/kubernetes/kha/certificates`)).toBe(false);
});

it('changes nothing where kubeadm fails, and makes it the next time', async () => {
  put('/etc/kubernetes/pki/etcd/peer.crt', 'old certificate');
  put('/etc/kubernetes/pki/etcd/peer.key', 'old key');
  await expect(makeCertificates(host({ FAILS: 'etcd/peer' }), [peer], byPhases([peer.phase]))).rejects.toThrow();
  expect([read(peer.pair.public), read(peer.pair.private)]).toEqual(['old certificate', 'old key']);
  await makeCertificates(host(), [peer], byPhases([peer.phase]));
  expect([read(peer.pair.public), read(peer.pair.private)]).toEqual(['new certificate\n', 'new key\n']);
});

it('makes all in one go, or none', async () => {
  const all = ['apiserver', 'etcd-peer'].map((name) =>
    ownCertificates(wanted, m1!).find(({ phase }) => phase === name)!,
  );
  const by = byPhases(all.map(({ phase }) => phase));
  const lying = (): boolean[] =>
    all.flatMap(({ pair }) => [pair.public, pair.private]).map((path) => existsSync(root + path));
  await expect(makeCertificates(host({ FAILS: 'etcd/peer' }), all, by)).rejects.toThrow();
  expect(lying()).toEqual([false, false, false, false]);
  await makeCertificates(host(), all, by);
  expect(lying()).toEqual([true, true, true, true]);
  for (const { pair } of all)
    expect([read(pair.public), read(pair.private)]).toEqual(['new certificate\n', 'new key\n']);
});

it('makes nothing out of a document that cannot name the folder', async () => {
  put('/etc/kubernetes/kha/kubeadm.yaml', 'kind: ClusterConfiguration\n');
  await expect(makeCertificates(host(), [peer], byPhases([peer.phase]))).rejects.toThrow();
  expect(existsSync(root + peer.pair.public)).toBe(false);
});
