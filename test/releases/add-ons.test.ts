import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Internet } from '../../lab/internet/internet.js';
import { programImage } from '../../lab/internet/program-image.js';
import { buildMetricsServer } from '../../src/bundle/build/build-modules.js';
import { ground } from '../lab/ground.js';

/**
 * metrics-server by its own chart, out of a bundle, at a site that has nothing else: program and chart are those of its Go
 * module, and its image is published in the lab's internet while the bundle is built.
 */
const name = 'add-ons';
const { done, kha, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const file = join(folder, 'b.tar');
const image = 'registry.k8s.io/metrics-server/metrics-server:v0.9.0';
const kubernetes = 'v1.37.2';

let digest = '';
/** By its digest, as careful charts name images. */
const values = (): string => `image: { tag: "v0.9.0@${digest}" }
args: [--kubelet-insecure-tls]
`;
/** What is built from: only its add-ons and its version count. */
const toBuild = (chart: string): string => `apiVersion: kubernetes-ha.io/v1alpha1
kind: Cluster
name: site
kubernetesVersion: ${kubernetes}
controlPlaneEndpoint: { type: local }
hosts: [{ name: m1, address: 10.0.0.11, roles: [control-plane] }]
addons: [{ name: metrics-server, chart: ${chart}, values: values.yaml, namespace: kube-system }]
`;

beforeAll(async () => {
  const { program, chart } = await buildMetricsServer(({ what, state }) => console.log(state, what));
  mkdirSync(join(folder, 'internet'));
  const published = await programImage(program, join(folder, 'internet'));
  [digest = ''] = Object.keys(published.manifests);
  const registry = {
    images: { 'metrics-server/metrics-server:v0.9.0': published },
    blobsAt: 'https://blobs.example.org/images',
  };
  const sites = { pages: {}, registries: { 'registry.k8s.io': registry } };
  await using internet = await Internet.start(sites, join(folder, 'authority'), { host: '127.0.0.1', port: 0 });
  const { ca, listening } = internet;
  writeFileSync(join(folder, 'ca.crt'), ca);
  writeFileSync(join(folder, 'values.yaml'), values());
  writeFileSync(join(folder, 'build.yaml'), toBuild(chart));
  const reach = ['--ca', join(folder, 'ca.crt'), '--connect-to', `${listening.host}:${listening.port}`];
  const what = ['--from', 'modules', '--add-ons', join(folder, 'build.yaml')];
  await done('bundle', 'build', '--kubernetes', kubernetes, '--output', file, ...what, ...reach);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file);
});

afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

it('is in the bundle, and in a spec by its name', async () => {
  expect(await done('bundle', 'verify', file, '--unsigned')).toContain('all as they should be');
  expect(await done('bundle', 'list', file)).toContain(`add-on metrics-server: ${image}\n`);
  writeFileSync(spec, `${readFileSync(spec, 'utf8')}addons: [metrics-server]\n`);
  expect(await done('install', spec)).toContain(`Kubernetes ${kubernetes} stands`);
});

it('tells what the nodes use', async () => {
  const deadline = Date.now() + 120_000;
  for (;;) {
    // A node is told of once it was asked twice.
    const { stdout } = await kha('lab', '--name', name, 'kubectl', 'top', 'nodes', '--no-headers');
    if (/^m1 +\d+m .*^w1 +\d+m /ms.test(stdout)) break;
    if (Date.now() > deadline) throw new Error(`kubectl top nodes: ${stdout}`);
    await sleep(2_000);
  }
});

it('has its image on both nodes, pinned, under the name that its pods have', async () => {
  for (const host of ['m1', 'w1'])
    expect(await lab('ssh', host, '--', 'ctr -n k8s.io images ls')).toMatch(
      new RegExp(`^${image.replace(/:.*/, '')}@${digest} .*io\\.cri-containerd\\.pinned=pinned`, 'm'),
    );
});

it('changes nothing the second time', async () => expect(await done('install', spec)).toContain('nothing to do'));
