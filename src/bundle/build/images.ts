import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image, Made } from '../write-archive.js';
import { writeTar, type Content } from '../write-tar.js';
import { originOf } from './build-modules.js';
import { modulesFor } from './modules.js';
import type { Grounds } from './grounds.js';
import { system, type Architecture, type Versions } from './versions.js';

/** An image as it is made: files over nothing, or over a small Debian with the netfilter tools. */
export interface Recipe {
  readonly name: string;
  readonly files: Readonly<Record<string, Content>>;
  readonly netfilter?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Variables besides PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The program that it is made around. */
  readonly of: string;
}

const probe = 'kha/probe:v1';

/** Calico's node image runs several services under a supervisor; for VXLAN without BGP these suffice. */
const startCalicoNode = `#!/bin/sh
calico-node -startup || exit 1
NODENAME=$(cat /var/lib/calico/nodename); export NODENAME
calico-node -allocate-tunnel-addrs -allocate-tunnel-addrs-run-once || exit 1
calico-node -allocate-tunnel-addrs &
calico-node -monitor-addresses &
calico-node -status-reporter &
exec calico-node -felix
`;

function recipes(
  { kubernetes, etcd, coredns, pause, calico }: Versions,
  binaries: ReadonlyMap<string, string>,
  cni: string,
): Recipe[] {
  const binary = (name: string): Content => {
    const path = binaries.get(name);
    if (!path) throw new Error(`${name} was not built`);
    return { path };
  };
  const component = (name: string): Recipe => ({
    name: `${name}:${kubernetes}`,
    of: name,
    files: { [`/usr/local/bin/${name}`]: binary(name) },
  });
  const plugins = ['bandwidth', 'host-local', 'loopback', 'portmap', 'tuning'].map(
    (name) => [`/opt/cni/bin/${name}`, { path: join(cni, name) }] as const,
  );
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(component),
    { ...component('kube-proxy'), netfilter: true },
    { name: `etcd:${etcd}`, of: 'etcd', files: { '/usr/local/bin/etcd': binary('etcd') } },
    { name: `coredns:${coredns}`, of: 'coredns', files: { '/coredns': binary('coredns') }, entrypoint: ['/coredns'] },
    { name: `pause:${pause}`, of: 'pause', files: { '/pause': binary('pause') }, entrypoint: ['/pause'] },
    {
      name: `calico/node:${calico}`,
      of: 'calico-node',
      files: { '/usr/bin/calico-node': binary('calico-node'), '/usr/sbin/start_runit': Buffer.from(startCalicoNode) },
      netfilter: true,
      command: ['start_runit'],
    },
    {
      name: `calico/cni:${calico}`,
      of: 'calico',
      files: {
        '/opt/cni/bin/calico': binary('calico'),
        '/opt/cni/bin/calico-ipam': binary('calico'),
        '/opt/cni/bin/install': binary('install'),
        ...Object.fromEntries(plugins),
      },
    },
    {
      name: `calico/kube-controllers:${calico}`,
      of: 'kube-controllers',
      files: {
        '/usr/bin/kube-controllers': binary('kube-controllers'),
        '/usr/bin/check-status': binary('check-status'),
      },
      entrypoint: ['/usr/bin/kube-controllers'],
    },
  ];
}

/** What the images of one architecture are made from. */
export interface Ingredients extends Grounds {
  readonly architecture: Architecture;
  /** Programs by their names. */
  readonly binaries: ReadonlyMap<string, string>;
}

/** The one image of kha’s own, whatever the others come from. `programs`: where it was built, for each architecture. */
export async function makeProbe(
  programs: readonly { readonly architecture: Architecture; readonly path: string }[],
  folder: string,
): Promise<Image> {
  await mkdir(folder, { recursive: true });
  const made = programs.map(async ({ architecture, path }) => {
    const recipe = { name: probe, of: 'probe', files: { '/probe': { path } }, entrypoint: ['/probe'] };
    return { architecture, image: await makeImage(recipe, 'kubernetes-ha', '', folder, architecture) };
  });
  return joined(await Promise.all(made));
}

/** Every image, its layers made in a folder of the cache; for more than one architecture as an index. */
export async function makeImages(
  versions: Versions,
  ingredients: readonly Ingredients[],
  folder: string,
): Promise<Image[]> {
  const made = ingredients.map(async ({ architecture, binaries, netfilter, plugins }) =>
    Promise.all(
      recipes(versions, binaries, plugins).map(async (recipe) => ({
        architecture,
        image: await makeImage(
          recipe,
          await originOf(modulesFor(versions), recipe.of),
          netfilter,
          folder,
          architecture,
        ),
      })),
    ),
  );
  const [first = [], ...more] = await Promise.all(made);
  const probes = ingredients.map(({ architecture, binaries }) => ({ architecture, path: binaries.get('probe')! }));
  return [
    ...first.map((one, index) => joined([one, ...more.map((other) => other[index]!)])),
    await makeProbe(probes, folder),
  ];
}

/** One image of those that were made for each architecture. */
function joined(all: readonly { readonly architecture: Architecture; readonly image: Image & Made }[]): Image {
  const [first, ...more] = all;
  if (!first) throw new Error('an image is for no architecture');
  if (more.length === 0) return first.image;
  const { name, origin, licence } = first.image;
  return { name, origin, licence, platforms: all };
}

export async function makeImage(
  recipe: Recipe,
  origin: string,
  netfilter: string,
  folder: string,
  architecture: Architecture,
  suite: string = system.suite,
): Promise<Image & Made> {
  const { name, files, entrypoint = [], command, environment = {} } = recipe;
  const layer = join(folder, `${name.replaceAll(/[/:]/g, '_')}-${architecture}.tar`);
  const parts = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  await writeTar(
    layer,
    parts.map(([path, content]) => ({ name: path.slice(1), content, mode: 0o755 })),
  );
  const layers = [...(recipe.netfilter ? [netfilter] : []), layer].map((path) => ({ path }));
  const config = (digests: readonly string[]): object => ({
    architecture,
    os: 'linux',
    config: {
      Env: [
        'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/cni/bin',
        ...Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
      ],
      Entrypoint: entrypoint,
      ...(command ? { Cmd: command } : {}),
    },
    rootfs: { type: 'layers', diff_ids: digests },
  });
  return {
    name,
    // Debian’s packages have many licences, and no package says which in one word.
    ...(recipe.netfilter
      ? { origin: `${origin} over Debian ${suite}`, licence: 'NOASSERTION' }
      : { origin, licence: 'Apache-2.0' }),
    config: (digests) => Buffer.from(JSON.stringify(config(digests))),
    layers,
  };
}
