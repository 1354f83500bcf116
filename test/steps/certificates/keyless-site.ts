import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { readAuthority } from '../../../src/activities/given-authority.js';
import { requestFolder } from '../../../src/activities/request-folder.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { answer, type Fact } from '../../../src/facts/fact.js';
import { obtainCertificates } from '../../../src/steps/certificates/obtain-certificates.js';
import type { Host } from '../../../src/steps/host.js';
import { cluster } from '../../clusters.js';
import { madeAuthority, signedBy, type Made } from '../../certificates.js';
import { contextOf } from '../fake-host.js';

export const [site, stranger] = [madeAuthority({ more: ['-days', '3650'] }), madeAuthority()];

/** A folder of this machine for each test, with the site's authorities, its folder of requests, and its hosts in it. */
export let root: string;
export let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kha-obtain-'));
  folder = join(root, 'requests');
  mkdirSync(folder);
  // This machine's disk may be busy with something else.
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/sync'), '#!/bin/sh\n', { mode: 0o755 });
  for (const name of ['ca', 'etcd-ca']) writeFileSync(join(root, `${name}.crt`), site.cert);
});
afterEach(() => rmSync(root, { recursive: true }));

/** A cluster of one control plane and one worker, of which the keys of these authorities stay away. */
export const keyless = (
  certificates: Partial<Cluster['certificates']>,
  apiServer = { certSANs: [] as string[] },
): Cluster => {
  const { hosts } = cluster();
  return cluster({
    hosts: [hosts[0], hosts.at(-1)],
    certificates: { ...certificates, requests: folder },
    apiServer,
    kubeadm: { ClusterConfiguration: { encryptionAlgorithm: 'ECDSA-P256' } },
  });
};
export const ofCluster = (): Cluster => keyless({ ca: { cert: join(root, 'ca.crt') } });
export const ofEtcd = (): Cluster => keyless({ etcdCA: { cert: join(root, 'etcd-ca.crt') } });

/** A host that is a folder of this machine: what it is told runs in this machine's shell, with its openssl. */
export function machine(wanted: Cluster, name: string): Host {
  const place = join(root, name);
  const [here, there] = [
    (text: string): string => text.replaceAll(/\/(etc\/kubernetes|var\/lib)/g, `${place}/$1`),
    (text: string): string => text.replaceAll(place, ''),
  ];
  const shell = (command: string, input = '') => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', here(command)], {
      encoding: 'utf8',
      input,
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH']}` },
    });
    return { code: status ?? -1, stdout: there(stdout), stderr };
  };
  const run = (command: string, { stdin }: { stdin?: string } = {}): Promise<string> => {
    const { code, stdout, stderr } = shell(command, stdin);
    return code === 0 ? Promise.resolve(stdout) : Promise.reject(new Error(`${code}: ${stderr}`));
  };
  return {
    machine: wanted.hosts.find((one) => one.name === name)!,
    read: <T>(fact: Fact<T>) => Promise.resolve(answer(fact, shell(fact.command))),
    run,
    runUnit: run,
    write(path, content, { mode = '0644' } = {}) {
      mkdirSync(dirname(here(path)), { recursive: true });
      writeFileSync(here(path), content, { mode: Number.parseInt(mode, 8) });
      return Promise.resolve();
    },
  };
}

/** What the steps before leave: the authorities’ certificates on a control plane. */
export function layAuthorities(): void {
  mkdirSync(join(root, 'm1/etc/kubernetes/pki/etcd'), { recursive: true });
  for (const name of ['ca', 'etcd/ca']) writeFileSync(join(root, `m1/etc/kubernetes/pki/${name}.crt`), site.cert);
}

export function on(wanted: Cluster, name: string) {
  if (name === 'm1') layAuthorities();
  const context = { ...contextOf(wanted, machine(wanted, name)), authority: readAuthority };
  const given = { ...context, requests: requestFolder(folder) };
  return {
    check: () => obtainCertificates.check(given),
    /** What the step is held with; nothing where it came to its end. */
    apply: () =>
      obtainCertificates.apply!(given).then(
        () => '',
        (error: Error) => error.message,
      ),
  };
}

export const asked = (): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.csr'))
    .sort();
export const at = (path: string): string => join(folder, path);
export const read = (path: string): string => readFileSync(at(path), 'utf8');

/** Lays a certificate beside every request that has none. */
export function signAll(by: Made = site, options: Parameters<typeof signedBy>[2] = {}): void {
  for (const name of asked()) {
    const answered = name.replace(/csr$/, 'crt');
    if (!existsSync(at(answered))) writeFileSync(at(answered), signedBy(by, read(name), options));
  }
}
export const said = (pem: string, ...what: string[]): string =>
  spawnSync('openssl', ['x509', '-noout', ...what], { input: pem, encoding: 'utf8' }).stdout;
