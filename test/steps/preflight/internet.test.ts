import { describe, expect, it } from 'vitest';
import { askedAt, describedLock, lockOf } from '../../../src/cluster/internet.js';
import { unofferedDebs } from '../../../src/facts/dpkg.js';
import { installedPackages } from '../../../src/facts/installed-packages.js';
import { unreached } from '../../../src/facts/internet.js';
import { lackingImages, registryStatus } from '../../../src/facts/registry.js';
import { system } from '../../../src/facts/system.js';
import { checkRegistry } from '../../../src/steps/index.js';
import { imagesOf } from '../../../src/steps/runtime/images.js';
import { cluster } from '../../clusters.js';
import { lockOf as sampleLock } from '../../sample-lock.js';
import { contextOf, FakeHost } from '../fake-host.js';

const programs = ['kubelet', 'kubeadm', 'containerd', 'ctr', 'containerd-shim-runc-v2', 'kubectl'];
const lock = sampleLock(programs.map((name) => `bin/amd64/${name}`));
const wanted = cluster({ source: { internet: { lock, mirrors: { 'quay.io': 'harbor.example/quay' } } } });
const packages = ['nftables', 'ipset', 'socat', 'ethtool', 'conntrack', 'iptables', 'ebtables'];
const access = { plainHttp: false, ownAuthority: false, known: true, proxied: false };

interface Found {
  readonly silent?: { url: string; reason: string }[];
  readonly k8s?: { status: number; reason: string };
  readonly absent?: string[];
  readonly unoffered?: { names: string[]; said: string } | undefined;
  readonly arch?: string;
}

/** What preflight says of the worker. */
async function check({
  silent = [],
  k8s = { status: 200, reason: '' },
  absent = [],
  unoffered,
  arch = 'amd64',
}: Found) {
  const host = new FakeHost(wanted, 'w1')
    .tells(system, { os: 'debian-13', arch })
    .tells(
      installedPackages,
      packages
        .filter((name) => !absent.includes(name))
        .map((name) => ({ name, version: '1-1', architecture: 'amd64', held: false, complete: true })),
    )
    .tells(unofferedDebs(absent), unoffered);
  const { files } = describedLock(lockOf(wanted));
  const urls = [...new Set(programs.map((name) => files[`bin/amd64/${name}`]!.url))];
  host.tells(unreached(access, urls, ''), silent);
  for (const registry of ['registry.k8s.io', 'harbor.example']) {
    const images = imagesOf(wanted, wanted.hosts[3]!)
      .map((name) => ({
        ...lock.images[name]!,
        ...askedAt(lock.images[name]!.origin, { 'quay.io': 'harbor.example/quay' }),
      }))
      .filter((one) => one.host === registry)
      .map(({ repository, digest }) => ({ repository, digest }));
    const place = { ...access, host: registry, bundle: images[0]!.repository, reference: '' };
    host
      .tells(registryStatus(place, ''), registry === 'registry.k8s.io' ? k8s : { status: 200, reason: '' })
      .tells(lackingImages(place, images, ''), registry === 'harbor.example' ? ['quay/calico/cni@sha256:e'] : []);
  }
  const context = contextOf(wanted, host);
  return { problems: await checkRegistry.check(context), warnings: context.warnings };
}

const images = 'images: harbor.example has no quay/calico/cni@sha256:e';

describe('checkRegistry, from the internet', () => {
  it('asks the mirror in place of its registry, and says what it lacks', async () =>
    expect(await check({})).toEqual({ problems: [images], warnings: [] }));

  it('names each address that does not answer, with the reason and what would help', async () => {
    const { problems } = await check({
      silent: [{ url: 'https://downloads.example/kubelet', reason: 'curl: (28) Timeout' }],
      k8s: { status: 0, reason: 'curl: (6) Could not resolve host: registry.k8s.io' },
    });
    expect(problems).toEqual([
      'internet: https://downloads.example/kubelet: curl: (28) Timeout',
      expect.stringMatching(
        /^internet: https:\/\/registry\.k8s\.io\/v2\/: curl: \(6\) Could not resolve host: registry\.k8s\.io; let the host reach/,
      ),
      images,
    ]);
  });

  it('says which packages no repository offers, and only warns where none answered in time', async () => {
    const absent = ['socat', 'conntrack'];
    const lacking = { names: ['socat'], said: 'Failed to fetch http://deb.example' };
    expect((await check({ absent, unoffered: lacking })).problems).toContain(
      'packages: the host’s own repositories do not have socat (Failed to fetch http://deb.example); mend them, or install these by hand',
    );
    expect(await check({ absent, unoffered: { names: [], said: '' } })).toEqual({ problems: [images], warnings: [] });
    expect((await check({ absent })).warnings).toEqual([
      expect.stringMatching(
        /^packages: .* did not answer in time, so nobody knows whether they have socat, conntrack$/,
      ),
    ]);
  });

  it('stops where the lock is for another architecture', async () =>
    expect((await check({ arch: 'arm64' })).problems).toEqual([
      'architecture: the lock has programs for amd64, the host is arm64: source.internet.architectures',
    ]));
});
