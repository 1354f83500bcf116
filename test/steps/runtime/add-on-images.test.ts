import { expect, it } from 'vitest';
import { localImages } from '../../../src/facts/images.js';
import { checkAddOns, pullImages } from '../../../src/steps/index.js';
import { hostImages } from '../../../src/steps/runtime/images.js';
import { cluster } from '../../clusters.js';
import { describedBundle } from '../../described-bundle.js';
import { contextOf, FakeHost } from '../fake-host.js';

const [agent, digest] = ['quay.io/site/agent:v2', `sha256:${'a'.repeat(64)}`];
const byDigest = `quay.io/site/agent@sha256:${'b'.repeat(64)}`;
const plain = describedBundle('manifests/agent.yaml');
const described = {
  ...plain,
  images: { ...plain.images, [agent]: digest },
  addOns: {
    agent: { [byDigest]: agent, 'registry.k8s.io/pause:3.10.2': 'pause:3.10.2' },
    other: { 'quay.io/x:1': 'x' },
  },
};
const file = { source: { file: { path: '/srv/b.tar', unsigned: true } } };
const wanted = cluster({ ...file, addons: ['agent'] });

it('are pulled on every node by the bundle’s digest, under the names that pods have, and no other add-on’s', async () => {
  for (const name of ['m1', 'w1']) {
    const host = new FakeHost(wanted, name).tells(localImages, new Map()).obeys(/images pull/);
    const context = contextOf(wanted, host, [], described);
    expect((await pullImages.check(context)).filter((words) => words.includes('quay.io'))).toEqual([
      `${byDigest} is not pulled`,
    ]);
    await pullImages.apply!(context);
    expect(host.done.join('\n')).toContain(`pull 127.0.0.1:40000/quay.io/site/agent@${digest} ${byDigest}`);
    const there = new Map([[byDigest, { digest, pinned: true }]]);
    const again = contextOf(wanted, new FakeHost(wanted, name).tells(localImages, there), [], described);
    expect((await pullImages.check(again)).join()).not.toContain('quay.io');
  }
});

it('have the names of pods beside those of a site’s own registry, and hosts of etcd alone have none', () => {
  const registry = { source: { registry: { address: 'site.example/k8s' } } };
  const hosts = [
    { name: 'm1', address: '10.0.0.11', roles: ['control-plane'] },
    { name: 'e1', address: '10.0.0.31', roles: ['etcd'] },
  ];
  const own = cluster({ ...registry, hosts, addons: ['agent'] });
  const [control, etcd] = own.hosts.map((host) => hostImages(own, host, described).map(({ name }) => name));
  expect(control).toEqual(
    expect.arrayContaining(['site.example/k8s/pause:3.10.2', 'registry.k8s.io/pause:3.10.2', byDigest]),
  );
  expect(etcd).toEqual(['site.example/k8s/pause:3.10.2', 'site.example/k8s/etcd:3.7.0-0']);
});

it('are told in preflight where the bundle lacks them, or they would be asked for all the same', async () => {
  const manifest = ['nginx', byDigest, 'registry.k8s.io/pause:3.10.2!'].map((one) => `image ${one}\n`);
  const told = async (source: object, chart = '/srv/agent.tgz'): Promise<string[]> => {
    const spec = cluster({ ...source, addons: [{ name: 'agent', chart }] });
    const context = {
      ...contextOf(spec, new FakeHost(spec, 'm1'), [], described),
      manifest: () => Promise.resolve(manifest.join('')),
    };
    expect(await checkAddOns.check(context)).toEqual([]);
    return context.warnings;
  };
  expect(await told(file)).toEqual([
    'agent runs nginx, which the bundle does not bring for it: hosts will ask docker.io; kha bundle build --add-ons puts it in',
    'agent has registry.k8s.io/pause:3.10.2 pulled at each start, so hosts will ask registry.k8s.io although they have it; let its pods say imagePullPolicy: IfNotPresent',
  ]);
  expect(await told({ source: { internet: {} } })).toEqual([]);
});
