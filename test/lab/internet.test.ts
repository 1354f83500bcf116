import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianSource } from '../../lab/internet/debian.js';
import { sitesOfBundle } from '../../lab/internet/from-bundle.js';
import { Internet } from '../../lab/internet/internet.js';
import { Proxy } from '../../lab/internet/proxy.js';
import { mirrorOf } from '../../lab/internet/registry.js';
import { Archive } from '../../src/bundle/archive.js';
import { baseSystem } from '../../src/bundle/build/base-system.js';
import { cachedBundle } from '../../src/bundle/build/build.js';
import { debianPackages } from '../../src/bundle/build/debian-packages.js';
import { system } from '../../src/bundle/build/versions.js';
import type { Report } from '../../src/engine/report.js';
import { ground } from './ground.js';

/** A site whose hosts ask the internet, which is on the lab's own gateway: one control plane and one worker, no source. */
const name = 'internet';
/** Only kha sees the official names lead there, with an authority that everybody on this machine would have to believe. */
let within: readonly string[] = [];
const { kha, done, spec, folder, remove } = ground(name, {}, () => within);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
let archive: Archive;
let internet: Internet;
let proxy: Proxy;
/** Asked in place of registry.k8s.io, and not through the proxy. */
const mirror = 'mirror.example.org';

beforeAll(async () => {
  const report: Report = ({ what, state }) => console.log(state, what);
  const file = await cachedBundle(report);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file);
  writeFileSync(spec, readFileSync(spec, 'utf8').replace(/^source: .*\n/m, ''));
  const { virtualAddress } = JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string };
  archive = await Archive.open(file);
  const debs = await debianPackages(await baseSystem(system.suite, report), report);
  const sites = await sitesOfBundle(archive, debs, join(folder, 'internet'), report);
  const registries = { ...sites.registries, [mirror]: mirrorOf(sites.registries['registry.k8s.io']!, mirror, 'k8s') };
  const host = virtualAddress.replace(/\d+$/, '1');
  internet = await Internet.start({ ...sites, registries }, join(folder, 'authority'), { host, port: 443 });
  proxy = await Proxy.start(host, internet.listening, { login: 'robot:secret' });
  const [names, ca] = [join(folder, 'hosts'), join(folder, 'internet.crt')];
  writeFileSync(names, `127.0.0.1 localhost\n${host} ${internet.names.join(' ')}\n`);
  writeFileSync(ca, internet.ca);
  const ownNames = 'mount --bind "$0" /etc/hosts && exec "$@"';
  within = ['unshare', '-m', 'sh', '-c', ownNames, names, 'env', `NODE_EXTRA_CA_CERTS=${ca}`];
});

afterAll(async () => {
  await done('engine', 'stop');
  within = [];
  await lab('down');
  await proxy[Symbol.asyncDispose]();
  await internet[Symbol.asyncDispose]();
  await archive[Symbol.asyncDispose]();
  remove();
});

/** What a host on the internet has: names that lead somewhere, authorities that it knows, Debian's repository. */
const connect = (host: string, names = internet.names): Promise<string> => {
  const { ca, listening } = internet;
  const lines = { '/etc/hosts': `${listening.host} ${names.join(' ')}\n`, '/etc/ssl/certs/ca-certificates.crt': ca };
  const added = Object.entries(lines).map(([path, text]) => `printf %s '${text}' >>${path}`);
  return on(host, [...added, `printf %s '${debianSource}' >/etc/apt/sources.list`].join('; '));
};
/** Takes the official names away again: of a host whose network has a mirror, the hosts' own repository, and a proxy. */
const shutIn = async (host: string): Promise<void> => {
  await on(host, "sed -i '/ dl\\.k8s\\.io /d' /etc/hosts");
  await connect(host, [mirror, 'deb.debian.org']);
};
const sitesBehindProxy = (): string => {
  const url = join(folder, 'proxy');
  writeFileSync(url, `http://robot:secret@${internet.listening.host}:${proxy.port}\n`, { mode: 0o600 });
  return `proxies: { https: ${JSON.stringify(`file:${url}`)}, noProxy: [${mirror}] }
source: { internet: { mirrors: { registry.k8s.io: ${mirror}/k8s } } }
`;
};
const kubelet = 'https://cdn.dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubelet';
const askedFor = (url: string): number => internet.asked.filter((one) => one.url === url).length;

describe('an install from the internet', () => {
  it('says before anything is changed which host reaches no site, and which packages nobody offers it', async () => {
    await connect('m1');
    const plan = await kha('plan', spec, '--output', 'json');
    const left = await Promise.all(
      ['m1', 'w1'].map((host) => on(host, 'ls -A /var/lib/kha /var/cache/kha 2>/dev/null | wc -l')),
    );
    for (const host of ['m1', 'w1']) await shutIn(host);
    const { problems } = JSON.parse(plan.stdout) as { problems: { host: string; problem: string }[] };
    expect(problems.map(({ host }) => host)).toEqual(['w1']);
    expect(problems[0]!.problem).toMatch(
      // A busy machine may not even say in time that nobody answers.
      /internet: https:\/\/dl\.k8s\.io\/release\/v1\.37\.2\/\S+: curl: \((6|28)\) .*; let the host reach/,
    );
    expect(problems[0]!.problem).toMatch(/internet: https:\/\/quay\.io\/v2\/: /);
    expect(problems[0]!.problem).toMatch(/packages: the host’s own repositories do not have .*conntrack/);
    expect(left).toEqual(['0\n', '0\n']);
  });

  it('puts no program in place that is another than its lock has, and goes on once the site has the right one', async () => {
    writeFileSync(spec, readFileSync(spec, 'utf8') + sitesBehindProxy());
    internet.asked.length = 0;
    internet.mishaps.set(kubelet, { altered: true });
    const before = askedFor(kubelet);
    const install = kha('install', spec);
    const deadline = Date.now() + 300_000;
    while (askedFor(kubelet) < before + 6) {
      if (Date.now() > deadline) throw new Error(`nobody asked for the kubelet: ${JSON.stringify(await install)}`);
      await sleep(300);
    }
    expect(await on('m1', 'ls /usr/bin/kubelet /usr/bin/kubeadm 2>/dev/null | wc -l')).toBe('0\n');
    internet.mishaps.clear();
    const { code, stdout, stderr } = await install;
    expect(`${code} ${stdout.slice(-1500)} ${stderr.slice(-1500)}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
  });

  it('makes every node Ready, with packages of the hosts’ own repositories', async () => {
    const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
    expect(nodes.match(/ Ready /g)).toHaveLength(2);
    expect(await on('m1', 'cat /var/log/apt/history.log')).toMatch(/^Commandline: apt-get .* install .*haproxy/m);
    expect(await on('w1', 'cat /var/log/apt/history.log')).not.toMatch(/haproxy|keepalived|Upgrade:/);
  });

  it('has images under their upstream names, pinned, and no host asked for one by its tag', async () => {
    const images = await on('m1', 'ctr -n k8s.io images ls');
    for (const image of ['registry.k8s.io/kube-apiserver:', 'registry.k8s.io/pause:', 'docker.io/calico/node:'])
      expect(
        images.split('\n').find((line) => line.startsWith(image)),
        image,
      ).toContain('io.cri-containerd.pinned=pinned');
    expect(images).not.toContain('quay.io');
    const manifests = internet.asked.filter(({ url }) => /\/v2\/.*\/manifests\//.test(url));
    const tagged = manifests.filter(({ url }) => !url.includes('/manifests/sha256:'));
    // kha itself asks what a registry has under each tag.
    expect(new Set(tagged.map(({ by }) => by))).toEqual(new Set(['kha']));
    // Neither kha nor preflight's curl: containerd.
    expect(manifests.filter(({ by }) => !/^(kha|curl)/.test(by)).length).toBeGreaterThan(10);
  });

  it('asks the mirror, and everybody else through the proxy alone', async () => {
    const { hosts } = JSON.parse(await lab('status', '--output', 'json')) as { hosts: { address: string }[] };
    const addresses = hosts.map(({ address }) => address);
    const nameOf = ({ url }: { url: string }): string => new URL(url).hostname;
    // apt has settings of its own, and kha is no host.
    const byHosts = internet.asked.filter((one) => one.by !== 'kha' && nameOf(one) !== 'deb.debian.org');
    const straight = byHosts.filter(({ source }) => source !== internet.listening.host);
    expect(new Set(straight.map(nameOf))).toEqual(new Set([mirror]));
    expect(new Set(straight.map(({ source }) => source))).toEqual(new Set(addresses));
    expect(byHosts.filter((one) => nameOf(one) === 'registry.k8s.io')).toEqual([]);
    for (const address of addresses) {
      const targets = proxy.tunnels.filter(({ from }) => from === address).map(({ target }) => target);
      expect(targets).toEqual(expect.arrayContaining(['cdn.dl.k8s.io:443', 'github.com:443', 'quay.io:443']));
      expect(targets).not.toContain(`${mirror}:443`);
    }
  });

  it('finds nothing to do the second time', async () => {
    expect((await kha('plan', spec, '--exit-code')).code).toBe(0);
  });
});
