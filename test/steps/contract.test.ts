import { describe, expect, it } from 'vitest';
import * as catalogue from '../../src/steps/index.js';
import { machineNamed, type Cluster, type Machine } from '../../src/cluster/cluster.js';
import { reachedFrom } from '../../src/cluster/sites.js';
import type { Fact } from '../../src/facts/fact.js';
import { quote } from '../../src/facts/sh.js';
import type { Host } from '../../src/steps/host.js';
import { cluster } from '../clusters.js';
import { bundle, ofBareHost } from './bare-host.js';
import { FakeRequests } from './fake-requests.js';
import { records } from '../records.js';
import { ofSeedOnly } from '../../src/steps/variants.js';

const steps = Object.values(catalogue);
/** They are in no other profile, so that a spec of today's has no use for them. */
const seedSteps = ofSeedOnly().map(({ name }) => name);

interface Said {
  readonly commands: string[];
  readonly changes: string[];
  /** Hosts that were asked for by name, or out of several. */
  readonly peers?: string[];
}

/** A host with a system and nothing else on it; it remembers what it was told. */
function bareHost(wanted: Cluster, name: string, said: Said): Host {
  return {
    machine: machineNamed(wanted, name),
    async read<T>(fact: Fact<T>): Promise<T> {
      said.commands.push(fact.command);
      return Promise.resolve().then(() => ofBareHost(fact));
    },
    async run(command) {
      said.commands.push(command);
      said.changes.push(command);
      return Promise.resolve('');
    },
    async write(path, _content, { mode = '0644', secret = false } = {}) {
      said.changes.push(`write ${path} ${mode} ${secret ? 'secret' : ''}`.trim());
      return Promise.resolve();
    },
    async runUnit(script) {
      said.commands.push(script);
      said.changes.push(script);
      return Promise.resolve('');
    },
  };
}

function context(wanted: Cluster, name: string, said: Said) {
  return {
    cluster: wanted,
    host: bareHost(wanted, name, said),
    peer: async (peer: string) => {
      said.peers?.push(peer);
      return Promise.resolve(bareHost(wanted, peer, said));
    },
    firstFit: async (machines: readonly Machine[]) => {
      said.peers?.push(...machines.map(({ name: one }) => one));
      return Promise.resolve(bareHost(wanted, machines[0]!.name, said));
    },
    warn: () => undefined,
    secret: async () => Promise.resolve('hunter2-hunter2'),
    authority: async () => Promise.resolve({ cert: 'a certificate', key: 'hunter2-hunter2', flaws: [] }),
    manifest: async () => Promise.resolve('hunter2-hunter2'),
    imagesIn: () => [],
    records: records(wanted),
    bundleFile: { description: () => Promise.resolve(bundle), port: () => Promise.resolve(40_000) },
    requests: new FakeRequests(),
  };
}

/** Steps that find nothing wrong where there is nothing: a bare host has no swap, no SELinux, no stranger on its network. */
/** And where nobody has etcd it is no matter of joining those who have. */
const content = [
  'openFirewall',
  'disableSelinux',
  'configureSelinux',
  'disableSwap',
  'synchroniseTime',
  'installAddOns',
  'checkAddOns',
  'compareRecord',
  'checkMembership',
  'renewMasterCertificates',
  'reconfigureEtcd',
  'joinControlPlane',
  'startWaitingPods',
];
/** Of the seed's own cluster. */
const seed = { profile: 'v1.9.0', kubernetesVersion: 'v1.9.0', unsafe: true };
/** What a spec must have for steps that are for no host otherwise. */
const onlyWith: Readonly<Record<string, Record<string, unknown>>> = {
  installAddOns: { addons: ['dashboard'] },
  checkAddOns: { addons: [{ name: 'a', url: 'https://example.org/a.yaml', digest: `sha256:${'0'.repeat(64)}` }] },
  openFirewall: { firewall: 'open' },
  configureSelinux: { selinux: 'enforcing' },
  installCniManifests: { networking: { cni: { manifests: ['/cni.yaml'] } } },
  obtainCertificates: { certificates: { ca: { cert: '/keys/ca.crt' }, requests: '/srv/requests' } },
  labelNodes: { hosts: [{ ...cluster().hosts[0], labels: { a: 'b' } }] },
  layFiles: { files: [{ path: '/etc/a', content: 'b' }] },
  ...Object.fromEntries(seedSteps.map((name) => [name, seed])),
  installAddOnsOfSeed: { ...seed, addons: ['dashboard'] },
  createEtcdCertificates: { ...seed, etcd: { tls: true } },
};
/** Steps that cannot even look there: no interface has the host's address. */
const unsure = ['checkEndpoint', 'configureKeepalived'];

describe.each(steps.map((step) => [step.name, step] as const))('%s', (name, step) => {
  const wanted = cluster(name === 'installAddOns' ? {} : onlyWith[name]);
  const hosts = step.on(cluster(onlyWith[name] ?? {}));

  it('is for hosts of the cluster', () => expect(hosts.length).toBeGreaterThan(0));

  it('finds a bare host wanting, in words, and changes nothing by looking', async () => {
    for (const { name: host } of hosts) {
      const said: Said = { commands: [], changes: [] };
      const check = step.check(context(wanted, host, said));
      // Whoever waits takes what cannot be told for what is missing.
      const found = await (unsure.includes(name) ? check.catch((error: Error) => [error.message]) : check);
      if (content.includes(name)) expect(found).toEqual([]);
      else expect(found.join('; ')).toMatch(/\w/);
      expect(said.changes).toEqual([]);
    }
  });

  it('quotes every value of the spec', async () => {
    const evil = "x'; echo PWNED >&2; $(echo PWNED) `echo PWNED` \\";
    const hostile = JSON.parse(JSON.stringify(seedSteps.includes(name) ? wanted : cluster()), (key, value: unknown) =>
      ['name', 'bundle', 'dnsDomain'].includes(key) && typeof value === 'string' ? value + evil : value,
    ) as Cluster;
    for (const { name: host } of step.on(hostile)) {
      const said: Said = { commands: [], changes: [] };
      const given = context(hostile, host, said);
      await step.check(given).catch(() => []);
      await step.apply?.(given).catch(() => undefined);
      for (const command of said.commands) expect(unquoted(command, evil), command).not.toContain('PWNED');
    }
  });

  it('asks no host that the workers of its own host’s site need not reach', async () => {
    const own = wanted.hosts.filter(({ name: one }) => one !== 'w1');
    const more = ['berlin', 'berlin', 'paris'].map((site, n) => ({
      ...machineNamed(cluster(), 'w1'),
      name: `s${n}`,
      address: `10.0.1.${n + 1}`,
      site,
    }));
    const spread = { ...wanted, hosts: [...own, ...more] };
    for (const machine of step.on(spread)) {
      const said = { commands: [], changes: [], peers: [] };
      const given = context(spread, machine.name, said);
      await step.check(given).catch(() => []);
      await step.apply?.(given).catch(() => undefined);
      await step.verify?.(given).catch(() => []);
      await step.release?.(given).catch(() => undefined);
      const reached = reachedFrom(spread, machine.site).map(({ name: one }) => one);
      for (const peer of said.peers) expect(reached, `${name} on ${machine.name}`).toContain(peer);
    }
  });

  it('writes no secret where others may read it', async () => {
    for (const { name: host } of hosts) {
      const said: Said = { commands: [], changes: [] };
      await step.apply?.(context(wanted, host, said)).catch(() => undefined);
      for (const change of said.changes.filter((one) => one.startsWith('write ')))
        if (change.endsWith(' secret')) expect(change).toMatch(/ 0?600 secret$/);
      expect(said.commands.join('\n')).not.toContain('hunter2');
    }
  });
});

/** What is left of a command without its quoted words. */
function unquoted(command: string, evil: string): string {
  const inside = quote(evil).slice(1, -1);
  // Words in quotes: from a quote to the next one that is not the escaped kind.
  return command.replaceAll(inside, '').replace(/'(?:[^']|'\\'')*'/g, '');
}
