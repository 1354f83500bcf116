import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Internet } from '../../lab/internet/internet.js';
import { programImage } from '../../lab/internet/program-image.js';
import { buildMetricsServer, buildModules, calicoManifest } from '../../src/bundle/build/build-modules.js';
import { modulesFor } from '../../src/bundle/build/modules.js';
import { labArchitecture, versions } from '../../src/bundle/build/versions.js';
import type { Report } from '../../src/engine/report.js';
import { run } from '../../src/engine/run-program.js';
import { kustomization } from '../../src/steps/network/kustomization.js';
import { cluster } from '../clusters.js';
import { ground } from '../lab/ground.js';

/**
 * metrics-server by its own chart, and a network of pods as a chart, out of a bundle, at a site that has nothing else: program
 * and chart are those of metrics-server’s Go module, and its image is published in the lab’s internet while the bundle is built.
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
networking: { cni: { addons: [{ name: net, chart: net, namespace: kube-system }] } }
`;

/** A network of the site's own, as a chart: Calico's manifest, changed as kha changes it. */
async function writeNetwork(report: Report): Promise<void> {
  const [templates, parts] = [join(folder, 'net/templates'), join(folder, 'parts')];
  for (const one of [templates, parts]) mkdirSync(one, { recursive: true });
  copyFileSync(await calicoManifest(), join(parts, 'calico.yaml'));
  const { content } = kustomization(cluster({ source: { file: { path: file, unsigned: true } } }));
  writeFileSync(join(parts, 'kustomization.yaml'), content);
  const kubectl = (await buildModules(modulesFor(versions), labArchitecture, report)).get('kubectl')!;
  writeFileSync(join(templates, 'net.yaml'), await run(kubectl, ['kustomize', parts]));
  writeFileSync(join(folder, 'net/Chart.yaml'), 'apiVersion: v2\nname: net\nversion: 1.0.0\n');
}

beforeAll(async () => {
  const report: Report = ({ what, state }) => console.log(state, what);
  const { program, chart } = await buildMetricsServer(report);
  await writeNetwork(report);
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

it('is in the bundle like the network, and in a spec by its name', async () => {
  expect(await done('bundle', 'verify', file, '--unsigned')).toContain('all as they should be');
  const list = await done('bundle', 'list', file);
  expect(list).toContain(`add-on metrics-server: ${image}\n`);
  // What every bundle has is in it once.
  expect(list).toMatch(/^add-on net: calico\/cni:\S+, calico\/kube-controllers:\S+, calico\/node:\S+$/m);
  writeFileSync(
    spec,
    `${readFileSync(spec, 'utf8')}addons: [metrics-server]\nnetworking: { cni: { addons: [net] } }\n`,
  );
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
