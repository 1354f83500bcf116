import { describe, expect, it } from 'vitest';
import { disks, syncedWrites, type Disk } from '../../../src/facts/disks.js';
import { existing } from '../../../src/facts/files.js';
import { firewalls } from '../../../src/facts/firewalls.js';
import { identity } from '../../../src/facts/identity.js';
import { ipv6 } from '../../../src/facts/ipv6.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import type { Description } from '../../../src/cluster/bundle-description.js';
import { lackingImages, registryStatus, stock } from '../../../src/facts/registry.js';
import { imagesOf } from '../../../src/steps/runtime/images.js';
import { survey as surveyFact } from '../../../src/facts/survey.js';
import { system } from '../../../src/facts/system.js';
import { machineNamed } from '../../../src/cluster/cluster.js';
import { foldersOf } from '../../../src/steps/preflight/disk-problems.js';
import { checkHost, checkRegistry } from '../../../src/steps/index.js';
import { cluster, registryOf } from '../../clusters.js';
import { describedBundle } from '../../described-bundle.js';
import { contextOf, FakeHost } from '../fake-host.js';
import { survey } from './surveys.js';

const wanted = cluster();
const place = registryOf(wanted);
/** What a host says of itself. */
const itself = { machineId: '0123456789abcdef0123456789abcdef', macs: [], clock: 0, answeredAt: 0 };
const waiving = cluster({ preflight: { waive: ['firewall'] } });

describe('checkHost', () => {
  const check = (found: readonly string[], of = wanted, places: readonly Disk[] = [], data: readonly string[] = []) => {
    const host = new FakeHost(of, 'm1')
      .tells(surveyFact, survey({}))
      .tells(identity, itself)
      .tells(firewalls, [...found])
      .tells(disks(foldersOf(of, machineNamed(of, 'm1'))), [...places])
      .tells(existing([`${of.etcd.dataDir}/member`]), [...data])
      .tells(syncedWrites(of.etcd.dataDir), 2);
    const context = contextOf(of, host);
    return checkHost.check(context).then((problems) => ({ problems, warnings: context.warnings }));
  };

  it('finds nothing wrong with a good host', async () =>
    expect(await check([])).toEqual({ problems: [], warnings: [] }));

  it('stops at a firewall and names the ports that must be open; whoever opened them waives it', async () => {
    const words = expect.stringMatching(/^firewall: ufw filters .* 6443\/tcp .* 2380\/tcp .* vrrp/) as string;
    expect(await check(['ufw'])).toEqual({ problems: [words], warnings: [] });
    expect((await check(['ufw'], waiving)).problems).toEqual([]);
  });

  it('asks for IPv6 where the node is to have an address of it, and there only', async () => {
    const both = cluster({
      networking: { podSubnet: '192.168.0.0/16,fd00:192:168::/48', serviceSubnet: '10.96.0.0/12,fd00:10:96::/112' },
      hosts: [{ ...wanted.hosts[0], secondaryAddress: 'fd00:10::11' }],
    });
    const host = new FakeHost(both, 'm1')
      .tells(surveyFact, survey({}))
      .tells(identity, itself)
      .tells(firewalls, [])
      .tells(disks(foldersOf(both, machineNamed(both, 'm1'))), [])
      .tells(existing(['/var/lib/etcd/member']), [])
      .tells(syncedWrites(both.etcd.dataDir), 2)
      .tells(ipv6, { inKernel: false, switchedOff: [], addresses: [], losesRoute: [] });
    expect(await checkHost.check(contextOf(both, host))).toEqual([
      expect.stringMatching(/^ipv6: the kernel has no IPv6/),
    ]);
  });

  it('stops at an authority of the site that is none, until the cluster has it', async () => {
    const given = cluster({ certificates: { ca: { cert: '/keys/ca.crt', key: 'env:CA_KEY' } } });
    const host = (claim: string) =>
      new FakeHost(given, 'm1')
        .tells(surveyFact, survey({ claim }))
        .tells(identity, itself)
        .tells(firewalls, [])
        .tells(disks(foldersOf(given, machineNamed(given, 'm1'))), [])
        .tells(existing(['/var/lib/etcd/member']), [])
        .tells(syncedWrites(given.etcd.dataDir), 2);
    const problems = (claim: string) =>
      checkHost.check({
        ...contextOf(given, host(claim)),
        authority: () =>
          Promise.resolve({ cert: '', key: '', flaws: ['certificates.ca.cert, /keys/ca.crt: it ended'] }),
      });
    expect(await problems('')).toEqual(['certificates: certificates.ca.cert, /keys/ca.crt: it ended']);
    expect(await problems('test')).toEqual([]);
  });

  it('stops at etcd’s data of another cluster, wherever the spec has them', async () => {
    const apart = cluster({ etcd: { dataDir: '/data/etcd' } });
    const disk = { folder: '/data/etcd', fileSystem: '/dev/vdb', freeMb: 900, unmounted: '/data' };
    expect((await check([], apart, [disk], ['/data/etcd/member'])).problems).toEqual([
      'leftovers: another cluster was here: /data/etcd/member',
      expect.stringMatching(/^disk: 900 MB free on \/dev\/vdb; 1000/),
      expect.stringMatching(/^etcd-disk: \/etc\/fstab mounts a disk at \/data/),
    ]);
  });
});

/** The registry has this bundle, and of the images of the host all but these. */
function has(host: FakeHost, of: Cluster, description: Description | undefined, ...lacking: string[]): FakeHost {
  const named = imagesOf(of, host.machine).map((image) => ({ image, repository: image.split(':')[0]! }));
  const held = named.map(({ image, repository }) => {
    return [`${repository}@${description?.images[image]}`, !lacking.includes(image)] as const;
  });
  return host.tells(stock(registryOf(of), named, ''), description && { description, held: new Map(held) });
}

describe('checkRegistry', () => {
  const check = (of: ReturnType<typeof cluster>, found: ReturnType<typeof describedBundle> | undefined) => {
    const host = new FakeHost(of, 'w1')
      .tells(registryStatus(registryOf(of), ''), { status: 200, reason: '' })
      .tells(system, { os: 'debian-13', arch: 'amd64' });
    return checkRegistry.check(contextOf(of, has(host, of, found)));
  };

  it('stops where the registry does not answer, whatever keeps the bundle from being read', async () => {
    const host = new FakeHost(wanted, 'w1')
      .tells(registryStatus(place, ''), { status: 0, reason: 'curl: (7) refused' })
      .tells(system, { os: 'debian-13', arch: 'amd64' });
    expect(await checkRegistry.check(contextOf(wanted, host))).toEqual([
      expect.stringMatching(/^registry: .* does not answer: curl: \(7\) refused$/),
    ]);
    await expect(
      checkRegistry.check(contextOf(wanted, host.tells(registryStatus(place, ''), { status: 200, reason: '' }))),
    ).rejects.toThrow('was not told what to answer');
  });

  it('stops where the registry has not the patch release that the spec wants', async () => {
    const newer = cluster({ kubernetesVersion: 'v1.37.5' });
    const pinned = cluster({
      source: { registry: { ...wanted.source.registry, digest: `sha256:${'0'.repeat(64)}` } },
      kubernetesVersion: 'v1.36.3',
    });
    expect(await check(newer, undefined)).toEqual([
      'bundle: kha/bundle:v1.37.5 is not in the registry; push the bundle first',
    ]);
    expect(await check(pinned, describedBundle())).toEqual([
      expect.stringMatching(/^bundle: the bundle is of Kubernetes v1\.37\.2, and the spec wants v1\.36\.3$/),
    ]);
  });

  it('stops where the bundle has not the manifest of an add-on, on the hosts where it would lie', async () => {
    const of = cluster({ addons: ['dashboard'] });
    const host = new FakeHost(of, 'm1')
      .tells(registryStatus(place, ''), { status: 200, reason: '' })
      .tells(system, { os: 'debian-13', arch: 'amd64' });
    has(host, of, describedBundle('manifests/limits.yaml'));
    expect(await checkRegistry.check(contextOf(of, host))).toEqual([
      'bundle: the bundle has no manifests/dashboard.yaml',
    ]);
  });

  const good = (of: Cluster) =>
    new FakeHost(of, 'w1')
      .tells(registryStatus(place, ''), { status: 200, reason: '' })
      .tells(system, { os: 'debian-13', arch: 'amd64' });

  it('names each image that the registry lacks, and that the bundle does not name', async () => {
    const plain = describedBundle();
    const { 'coredns:v1.14.6': _, ...images } = plain.images;
    const described = { ...plain, images };
    expect(Object.keys(images)).toHaveLength(Object.keys(plain.images).length - 1);
    const host = has(good(wanted), wanted, described, 'kube-proxy:v1.37.2');
    expect(await checkRegistry.check(contextOf(wanted, host))).toEqual([
      `images: kube-proxy:v1.37.2 is not in the registry: it has no kube-proxy@${images['kube-proxy:v1.37.2']}`,
      'images: coredns:v1.14.6 is not in the bundle’s list',
    ]);
    expect(await checkRegistry.check(contextOf(wanted, has(good(wanted), wanted, plain)))).toEqual([]);
  });

  it('asks again for images that the host did not ask for by the bundle’s digest, and for those of add-ons', async () => {
    const of = cluster({ addons: ['agent'] });
    const plain = describedBundle('manifests/agent.yaml');
    const digest = `sha256:${'a'.repeat(64)}`;
    const described: Description = {
      ...plain,
      images: { ...plain.images, 'quay.io/site/agent:v2': digest },
      addOns: { agent: { 'quay.io/site/agent:v2': 'quay.io/site/agent:v2' } },
    };
    const pause = imagesOf(of, machineNamed(of, 'w1'))[0]!;
    const asked: Description = { ...described, images: { ...described.images, [pause]: digest } };
    const host = good(of);
    const named = imagesOf(of, host.machine).map((image) => ({ image, repository: image.split(':')[0]! }));
    const held = new Map(named.map(({ image, repository }) => [`${repository}@${asked.images[image]}`, true] as const));
    host.tells(stock(place, named, ''), { description: described, held }).tells(
      lackingImages(
        place,
        [
          { repository: 'pause', digest: plain.images[pause]! },
          { repository: 'quay.io/site/agent', digest },
        ],
        '',
      ),
      [`quay.io/site/agent@${digest}`],
    );
    expect(await checkRegistry.check(contextOf(of, host))).toEqual([
      `images: quay.io/site/agent:v2 is not in the registry: it has no quay.io/site/agent@${digest}`,
    ]);
  });

  it('stops where the bundle is of another system, which no waiver helps', async () => {
    const host = new FakeHost(wanted, 'w1')
      .tells(registryStatus(place, ''), { status: 200, reason: '' })
      .tells(system, { os: 'debian-12', arch: 'amd64' });
    has(host, wanted, describedBundle());
    expect(await checkRegistry.check(contextOf(wanted, host))).toEqual([
      'os: the bundle is for debian-13 amd64, the host is debian-12 amd64',
    ]);
  });
});
