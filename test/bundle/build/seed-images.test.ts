import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Archive, blobName } from '../../../src/bundle/archive.js';
import { requiresOf } from '../../../src/bundle/build/go-mod.js';
import { source } from '../../../src/bundle/build/modules.js';
import { makeSeedImages, seedImageModules, type SeedIngredients } from '../../../src/bundle/build/seed-images.js';
import { labArchitecture } from '../../../src/bundle/build/versions.js';
import { manifest } from '../../../src/bundle/oci.js';
import { verifyArchive } from '../../../src/bundle/verify.js';
import { writeArchive } from '../../../src/bundle/write-archive.js';
import { Folder } from '../samples.js';

const text = (module: string, file: string): string => readFileSync(join(source(module), file), 'utf8');

/** Lines about IP in IP as Calico has them, and one of each other kind. */
const template = `filter calico_kernel_programming {
  if ( net ~ 192.168.0.0/16 ) then {
    if defined(bgp_next_hop) && ( bgp_next_hop ~ {{$network}} ) then
      krt_tunnel = "";       {{- /* on subnet */}}
    else
      krt_tunnel = "tunl0";  {{- /* off subnet */}}
    accept;
  } {{- else}}
    krt_tunnel = "tunl0";    {{- /* always */}}
    accept;
  }
}
`;

function ingredients(folder: Folder): SeedIngredients {
  const file = (path: string, content: string): string => {
    mkdirSync(dirname(folder.at(path)), { recursive: true });
    writeFileSync(folder.at(path), content);
    return folder.at(path);
  };
  const names = ['etcd', 'etcdctl', 'kube-dns', 'dnsmasq-nanny', 'sidecar', 'calico-node', 'calico', 'install'];
  const programs = [...names, 'kube-controllers', 'check-status', 'backend'];
  file('calico/confd/etc/calico/confd/templates/bird_ipam.cfg.template', template);
  file('calico/node/filesystem/etc/rc.local', 'what Calico starts');
  for (const name of ['host-local', 'loopback', 'portmap']) file(`plugins/${name}`, name);
  return {
    binaries: new Map(programs.map((name) => [name, file(`bin/${name}`, `program ${name}`)])),
    calico: folder.at('calico'),
    page: dirname(file('page/index.html', 'the dashboard’s page')),
    plugins: folder.at('plugins'),
    grounds: {
      dnsmasq: { suite: 'trixie', layer: file('dnsmasq.tar', 'Debian with dnsmasq') },
      node: { suite: 'bookworm', layer: file('bird.tar', 'Debian with BIRD') },
    },
  };
}

async function imagesIn(folder: Folder, name = 'seed.tar'): Promise<Archive> {
  const layers = folder.at(`${name}.layers`);
  mkdirSync(layers);
  const images = await makeSeedImages(ingredients(folder), layers);
  const description = { kubernetes: 'v1.9.0', versions: {}, systems: [{ os: 'debian-13', arch: labArchitecture }] };
  await writeArchive(folder.at(name), { description, images, files: [] });
  const archive = await Archive.open(folder.at(name));
  await verifyArchive(archive, { unsigned: true });
  return archive;
}

async function image(archive: Archive, name: string): Promise<{ readonly config: object; readonly content: string }> {
  const { config, layers } = await archive.document(blobName(archive.description.images[name]!), manifest);
  const all = await Promise.all(layers.map(async ({ digest }) => (await archive.bytes(blobName(digest))).toString()));
  const made = JSON.parse((await archive.bytes(blobName(config.digest))).toString()) as { config: object };
  return { config: made.config, content: all.join('') };
}

it('has what kubeadm 1.9.0 and the manifests of its time name', async () => {
  using folder = new Folder();
  await using archive = await imagesIn(folder);
  expect(Object.keys(archive.description.images).sort()).toEqual([
    'calico/cni:v2.0.3',
    'calico/kube-controllers:v2.0.2',
    'calico/node:v3.0.4',
    'etcd-amd64:3.1.10',
    'k8s-dns-dnsmasq-nanny-amd64:1.14.7',
    'k8s-dns-kube-dns-amd64:1.14.7',
    'k8s-dns-sidecar-amd64:1.14.7',
    'kubernetes-dashboard-amd64:v1.8.3',
  ]);
});

it('lays each program over what it needs of Debian', async () => {
  using folder = new Folder();
  await using archive = await imagesIn(folder);
  const etcd = await image(archive, 'etcd-amd64:3.1.10');
  expect(etcd.content).toContain('program etcdctl');
  expect(etcd.content).not.toContain('Debian');
  const nanny = await image(archive, 'k8s-dns-dnsmasq-nanny-amd64:1.14.7');
  expect(nanny.content).toMatch(/Debian with dnsmasq[^]*program dnsmasq-nanny[^]*user=root/);
  expect(nanny.config).toMatchObject({ Entrypoint: ['/dnsmasq-nanny'] });
  const dashboard = await image(archive, 'kubernetes-dashboard-amd64:v1.8.3');
  expect(dashboard.content).toMatch(/public\/en\/index\.html[^]*the dashboard’s page/);
  const node = await image(archive, 'calico/node:v3.0.4');
  expect(node.content).toMatch(/Debian with BIRD[^]*etc\/rc\.local[^]*what Calico starts/);
  expect(node.config).toMatchObject({
    Cmd: ['start_runit'],
    Env: expect.arrayContaining(['SVDIR=/etc/service/enabled']) as unknown,
  });
});

it('says in the origin what a program truly is', async () => {
  using folder = new Folder();
  const layers = folder.at('layers');
  mkdirSync(layers);
  const images = await makeSeedImages(ingredients(folder), layers);
  const origin = (start: string): string | undefined => images.find(({ name }) => name.startsWith(start))?.origin;
  expect(origin('etcd')).toBe('github.com/coreos/etcd@v3.1.10+incompatible');
  expect(origin('k8s-dns-kube-dns')).toBe('k8s.io/dns/cmd/kube-dns@v0.0.0-20230331134350-76795c66ba55');
  expect(origin('calico/node')).toMatch(/^github.com\/projectcalico\/calico\/node.*@v1\.11.* over Debian bookworm$/);
});

it('gives the same bytes for the same programs', async () => {
  using folder = new Folder();
  await using one = await imagesIn(folder, 'one.tar');
  await using other = await imagesIn(folder, 'other.tar');
  expect(readFileSync(one.path).equals(readFileSync(other.path))).toBe(true);
});

it('names each command in tools.go, or Go would not lay out what it is made of', () => {
  for (const { name, commands } of seedImageModules.filter((one) => one.name.startsWith('seed-')))
    for (const command of commands) expect(text(name, 'tools.go')).toContain(`"${command}"`);
});

it('has etcd’s dependencies of its own time', () => {
  expect(requiresOf(text('seed-etcd', 'go.mod'))).toMatchObject({
    'github.com/coreos/etcd': 'v3.1.10+incompatible',
    'github.com/boltdb/bolt': 'v1.3.0',
    'google.golang.org/grpc': 'v1.0.4',
  });
});
