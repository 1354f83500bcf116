import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { Internet } from '../../lab/internet/internet.js';
import { officialSites } from '../../lab/internet/official.js';
import { bytes, type Content, type SiteImage } from '../../lab/internet/site.js';
import { Downloads } from '../../src/bundle/downloads.js';
import { Https } from '../../src/engine/https.js';
import { Folder } from './samples.js';

const docker = 'application/vnd.docker.distribution.manifest';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** An image for both architectures, as the registries have them: layers that all share, and a list of manifests. */
export function sampleImage(name: string): SiteImage {
  const blobs: Record<string, Content> = {};
  const blob = (text: string): { digest: string; size: number } => {
    blobs[digestOf(text)] = bytes(text);
    return { digest: digestOf(text), size: Buffer.byteLength(text) };
  };
  const manifests = ['amd64', 'arm64'].map((architecture) => {
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: `${docker}.v2+json`,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', ...blob(`${name} ${architecture}`) },
      layers: ['a layer that all have', `the ${architecture} program of ${name}`].map((layer) => ({
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        ...blob(layer),
      })),
    });
    const descriptor = { mediaType: `${docker}.v2+json`, digest: digestOf(text), size: text.length };
    return { text, descriptor: { ...descriptor, platform: { os: 'linux', architecture } } };
  });
  const list = { schemaVersion: 2, manifests: manifests.map(({ descriptor }) => descriptor) };
  const mediaType = `${docker}.list.v2+json`;
  const top = JSON.stringify({ ...list, mediaType });
  const all = [
    ...manifests.map(({ text, descriptor }) => ({ text, ...descriptor })),
    { text: top, mediaType, digest: digestOf(top) },
  ];
  return {
    mediaType,
    top: bytes(top),
    manifests: Object.fromEntries(
      all.map(({ text, mediaType: type, digest }) => [digest, { mediaType: type, content: bytes(text) }]),
    ),
    blobs,
  };
}

/** A chart as `helm push` puts it into a registry; its archive is these bytes. */
export function sampleChart(archive: string): SiteImage {
  const blob = (text: string) => ({ digest: digestOf(text), size: Buffer.byteLength(text) });
  const helm = 'application/vnd.cncf.helm';
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: `${helm}.config.v1+json`, ...blob('{"name":"web"}') },
    layers: [
      { mediaType: `${helm}.chart.provenance.v1.prov`, ...blob('who made it') },
      { mediaType: `${helm}.chart.content.v1.tar+gzip`, ...blob(archive) },
    ],
  });
  return {
    mediaType,
    top: bytes(text),
    manifests: { [digestOf(text)]: { mediaType, content: bytes(text) } },
    blobs: Object.fromEntries(['{"name":"web"}', 'who made it', archive].map((one) => [digestOf(one), bytes(one)])),
  };
}

const images = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
    (name) => `registry.k8s.io/${name}:v1.37.2`,
  ),
  'registry.k8s.io/etcd:3.7.0-0',
  'registry.k8s.io/coredns/coredns:v1.14.6',
  'registry.k8s.io/pause:3.10.2',
  ...['node', 'cni', 'kube-controllers'].map((name) => `quay.io/calico/${name}:v3.28.5`),
  'registry.k8s.io/e2e-test-images/agnhost:2.66.1',
];

/** The official sites of v1.37.2, with a few bytes in every file. */
export async function sampleInternet(folder: Folder): Promise<Internet> {
  const sites = await officialSites(
    {
      versions: {
        kubernetes: 'v1.37.2',
        containerd: 'v2.4.2',
        runc: 'v1.5.2',
        crictl: 'v1.37.0',
        etcd: 'v3.7.0',
        calico: 'v3.28.5',
      },
      architectures: ['amd64', 'arm64'],
      program: (architecture, name) => bytes(`the ${architecture} program ${name}`.padEnd(1000, '.')),
      calicoManifest: bytes('kind: List\n'),
      images: {
        ...Object.fromEntries(images.map((name) => [name, sampleImage(name)])),
        'quay.io/charts/web:1.0.0': sampleChart('the archive of a chart'),
      },
    },
    folder.path,
  );
  return Internet.start(sites, join(folder.path, 'authority'), { host: '127.0.0.1', port: 0 });
}

/** How a test reaches it. */
export const reachOf = ({ ca, listening }: Internet) => ({ ca, connectTo: listening });
export const downloadsOf = (internet: Internet, folder: Folder): Downloads =>
  new Downloads(new Https(reachOf(internet)), folder.at('downloads'), { pause: 1 });

/** The sample internet of a test file: up before its first test, unspoilt before each. Its folder, gone in the end. */
export function internetOfFile(give: (internet: Internet) => void): Folder {
  const ground = new Folder();
  let internet: Internet;
  beforeAll(async () => give((internet = await sampleInternet(ground))), 60_000);
  beforeEach(() => {
    internet.mishaps.clear();
    internet.asked.length = 0;
  });
  afterAll(async () => {
    await internet[Symbol.asyncDispose]();
    ground[Symbol.dispose]();
  }, 60_000);
  return ground;
}
