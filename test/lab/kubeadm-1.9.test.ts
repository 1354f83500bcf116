import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModules } from '../../src/bundle/build/build-modules.js';
import { kubeadm19 } from '../../src/bundle/build/modules.js';
import { labArchitecture } from '../../src/bundle/build/versions.js';
import * as steps from '../../src/steps/index.js';
import type { Step } from '../../src/steps/step.js';
import { cluster } from '../clusters.js';
import { contextOf } from '../steps/fake-host.js';
import { DiskHost } from './disk-host.js';

/** The seed's certificates by the real kubeadm 1.9.0 and openssl, on two masters that are but disks. */
const seed = cluster({
  profile: 'v1.9.0',
  kubernetesVersion: 'v1.9.0',
  unsafe: true,
  etcd: { tls: true },
  hosts: [
    { name: 'm1', address: '10.0.0.11', roles: ['control-plane'] },
    { name: 'm2', address: '10.0.0.12', roles: ['control-plane'] },
    { name: 'w1', address: '10.0.0.21', roles: ['worker'] },
  ],
});
const pki = '/etc/kubernetes/pki';
const endpoint = 'https://10.0.0.100:8443';

/** A kubelet that runs once it was started, and pods of which nobody listens any more as soon as their manifests are away. */
const stubs = {
  systemctl: `case "$1" in
    show) echo "ActiveState=$(cat /var/lib/kubelet-state 2>/dev/null || echo inactive)"; echo UnitFileState=enabled;;
    restart) echo active >/var/lib/kubelet-state; echo restart >>/var/lib/restarts;;
    daemon-reload) ;;
    *) exit 64;;
  esac`,
  ss: `case "$*" in *6443) pod=kube-apiserver;; *10252) pod=kube-controller-manager;; *10251) pod=kube-scheduler;; *2379) pod=etcd;; *) exit 64;; esac
    if [ -e /etc/kubernetes/manifests/$pod.yaml ]; then echo LISTEN; else echo "$pod" >>/var/lib/restarts; fi`,
  etcdctl: 'exit 0',
  curl: 'printf 200',
};

const hosts: DiskHost[] = [];
let [m1, m2] = hosts as [DiskHost, DiskHost];
beforeAll(async () => {
  const kubeadm = (await buildModules([kubeadm19], labArchitecture, () => undefined)).get('kubeadm')!;
  const programs = { ...stubs, kubeadm: `exec ${kubeadm} "$@"` };
  hosts.push(...['m1', 'm2'].map((name) => new DiskHost(seed, name, programs)));
  [m1, m2] = hosts as [DiskHost, DiskHost];
});
afterAll(() => hosts.forEach((host) => host.remove()));

/** As an activity does: looks, acts where something is missing, and looks again. */
async function carryOut(step: Step): Promise<string[]> {
  const acting = step.on(seed).flatMap((machine) => hosts.find((host) => host.machine === machine) ?? []);
  const all: string[] = [];
  for (const host of typeof step.pace === 'object' && 'once' in step.pace ? acting.slice(0, 1) : acting) {
    const context = contextOf(seed, host, hosts);
    const missing = await step.check(context);
    if (missing.length > 0) await step.apply!(context);
    expect(await step.check(context), `${step.name} on ${host.machine.name}`).toEqual([]);
    all.push(...missing);
  }
  return all;
}
const making: readonly Step[] = [
  steps.writeMasterConfiguration,
  steps.createSharedCertificates,
  steps.copyCertificateAuthorities,
  steps.createEtcdCertificates,
  steps.startMasterKubelet,
];
const shown = (host: DiskHost, name: string, what: string): Promise<string> =>
  host.run(`openssl x509 -in ${pki}/${name}.crt -noout ${what}`);

it('makes all that masters share on the first, and on each what proves it to etcd', async () => {
  for (const step of making) expect(await carryOut(step), step.name).not.toEqual([]);
  for (const host of hosts)
    for (const [authority, names] of [
      ['ca', ['apiserver', 'apiserver-kubelet-client']],
      ['front-proxy-ca', ['front-proxy-client']],
      ['etcd/ca', ['apiserver-etcd-client', 'etcd/server', 'etcd/peer', 'etcd/healthcheck-client']],
    ] as const)
      for (const name of names)
        expect(await host.run(`openssl verify -CAfile ${pki}/${authority}.crt ${pki}/${name}.crt`)).toContain(': OK');
  expect(await shown(m2, 'apiserver', '-serial')).toBe(await shown(m1, 'apiserver', '-serial'));
  const names = await shown(m1, 'apiserver', '-ext subjectAltName');
  for (const name of [
    'DNS:m2',
    'IP Address:10.0.0.12',
    'IP Address:10.0.0.100',
    'IP Address:10.96.0.1',
    'DNS:kubernetes',
  ])
    expect(names).toContain(name);
  const peer = await shown(m2, 'etcd/peer', '-ext subjectAltName,extendedKeyUsage');
  expect(peer).toMatch(/DNS:m2, IP Address:10\.0\.0\.12/);
  expect(peer).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication/);
});

it('has nothing to do the second time', async () => {
  for (const step of making) expect(await carryOut(step), step.name).toEqual([]);
});

describe('certificates that near their end', () => {
  const kubeconfigs = ['admin', 'controller-manager', 'scheduler', 'kubelet'];
  const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];
  const client = (host: DiskHost, of: string, what: string): Promise<string> =>
    host.run(
      `sed -n 's/^ *client-certificate-data: *//p' /etc/kubernetes/${of}.conf | base64 -d | openssl x509 -noout ${what}`,
    );

  beforeAll(async () => {
    // As kubeadm init leaves a master, pointed at the endpoint later.
    for (const host of hosts) {
      await host.run('kubeadm alpha phase kubeconfig all --config /etc/kubernetes/kha/config.yaml');
      await host.run(
        `sed -i 's|server: .*|server: ${endpoint}|' /etc/kubernetes/kubelet.conf; rm -f /var/lib/restarts`,
      );
      for (const name of manifests) await host.write(`/etc/kubernetes/manifests/${name}.yaml`, `the pod ${name}\n`);
    }
  });

  it('are none as long as they are young', async () => {
    expect(await carryOut(steps.renewMasterCertificates)).toEqual([]);
  });

  it('are named, and made anew on that master alone, whose programs are started again', async () => {
    const before = await shown(m2, 'apiserver', '-serial');
    const authority = await shown(m1, 'ca', '-serial');
    const user = await client(m1, 'admin', '-subject');
    await m1.run(
      `openssl x509 -x509toreq -in ${pki}/apiserver.crt -signkey ${pki}/apiserver.key -out /tmp/kha-r.csr && ` +
        `openssl x509 -req -in /tmp/kha-r.csr -CA ${pki}/ca.crt -CAkey ${pki}/ca.key -CAcreateserial -days 5 -out ${pki}/apiserver.crt; rm -f /tmp/kha-r.csr`,
    );
    const context = contextOf(seed, m1, hosts);
    await steps.checkCertificates.check(context);
    expect(context.warnings).toEqual([
      expect.stringMatching(
        /apiserver\.crt ends in 4 days; kha install makes another one from 15 days before its end on/,
      ),
    ]);
    expect(await carryOut(steps.renewMasterCertificates)).toEqual([`${pki}/apiserver.crt ends in 4 days`]);
    expect(await shown(m1, 'ca', '-serial')).toBe(authority);
    expect(await shown(m1, 'apiserver', '-checkend 31000000')).toContain('will not expire');
    expect(await shown(m1, 'apiserver', '-ext subjectAltName')).toContain('IP Address:10.0.0.100');
    expect(await shown(m2, 'apiserver', '-serial')).toBe(before);
    for (const of of kubeconfigs) expect(await client(m1, of, '-checkend 31000000')).toContain('will not expire');
    expect(await client(m1, 'admin', '-subject')).toBe(user);
    expect(await client(m1, 'kubelet', '-subject')).toMatch(/O = system:nodes, CN = system:node:m1/);
    expect(await m1.run('grep -h server: /etc/kubernetes/kubelet.conf /etc/kubernetes/admin.conf')).toBe(
      `    server: ${endpoint}\n    server: https://10.0.0.11:6443\n`,
    );
    const restarts = (await m1.run('cat /var/lib/restarts')).trim().split('\n');
    expect(restarts).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'restart']);
    for (const name of manifests)
      expect(await m1.run(`cat /etc/kubernetes/manifests/${name}.yaml`)).toBe(`the pod ${name}\n`);
    expect(await m1.run(`find /etc/kubernetes ! -path '*/manifests/*' -type f -name '*.key' -perm /077`)).toBe('');
  });

  it('leave masters with others of their own, which are no others’ to be made again', async () => {
    for (const step of [...making, steps.renewMasterCertificates]) expect(await carryOut(step), step.name).toEqual([]);
  });

  it.each([
    ['in the midst of them', `mkdir -p /etc/kubernetes/kha/renewing; rm ${pki}/apiserver.crt`],
    [
      'between a kubeconfig and its successor',
      'mkdir -p /etc/kubernetes/kha/renewing; mv /etc/kubernetes/kubelet.conf /etc/kubernetes/kha/renewing',
    ],
    [
      'while a pod was stopped',
      'mkdir -p /etc/kubernetes/kha/renewing; mv /etc/kubernetes/manifests/etcd.yaml /etc/kubernetes/kha/renewing',
    ],
  ])('are made anew from the beginning where the power was cut %s', async (_, cut) => {
    await m1.run(cut);
    expect(await carryOut(steps.renewMasterCertificates)).toContain('the master’s certificates were being made anew');
    for (const name of manifests)
      expect(await m1.run(`cat /etc/kubernetes/manifests/${name}.yaml`)).toBe(`the pod ${name}\n`);
    expect(await m1.run('grep -h server: /etc/kubernetes/kubelet.conf')).toBe(`    server: ${endpoint}\n`);
    expect(await m1.run(`openssl verify -CAfile ${pki}/ca.crt ${pki}/apiserver.crt`)).toContain(': OK');
  });

  it('are made anew with a certificate of etcd’s that was lost, as etcd has read the old one when it was started', async () => {
    await m2.run(`rm ${pki}/etcd/server.crt ${pki}/etcd/server.key; rm -f /var/lib/restarts`);
    await carryOut(steps.createEtcdCertificates);
    expect(await carryOut(steps.renewMasterCertificates)).toHaveLength(1);
    expect(await m2.run('cat /var/lib/restarts')).toContain('etcd\n');
  });
});
