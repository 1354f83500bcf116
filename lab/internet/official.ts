import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from '../../src/engine/run-program.js';
import {
  bytes,
  fileContent,
  sha256,
  type Content,
  type Page,
  type Registry,
  type SiteImage,
  type Sites,
} from './site.js';

/** What the official sites have of one release. */
export interface Release {
  /** `v1.37.2`, `v2.4.2`, `v1.5.2`, `v1.37.0`, `v3.7.0`, `v3.28.5`. */
  readonly versions: Readonly<Record<'kubernetes' | 'containerd' | 'runc' | 'crictl' | 'etcd' | 'calico', string>>;
  readonly architectures: readonly string[];
  readonly program: (architecture: string, name: string) => Content;
  readonly calicoManifest: Content;
  /** By their full names: `registry.k8s.io/coredns/coredns:v1.14.6`. */
  readonly images: Readonly<Record<string, SiteImage>>;
}

/**
 * The layout of the official sites as their projects document it, written down apart from what kha asks for: dl.k8s.io
 * sends on to its CDN, GitHub to the store of its releases, registries to theirs; quay.io and Docker Hub want tokens.
 */
export async function officialSites(release: Release, folder: string): Promise<Sites> {
  const { versions, calicoManifest, images } = release;
  const pages: Record<string, Page> = {};
  const attached: Attached[] = [];
  for (const architecture of release.architectures) {
    Object.assign(pages, await kubernetes(release, architecture));
    attached.push(...(await attachments(release, architecture, folder)));
  }
  const raw = `https://raw.githubusercontent.com/projectcalico/calico/${versions.calico}/manifests/calico.yaml`;
  const signer = await runcSigner();
  const ring = `https://raw.githubusercontent.com/opencontainers/runc/${versions.runc}/runc.keyring`;
  return {
    pages: {
      ...pages,
      ...(await releases(attached, signer.sign)),
      [raw]: calicoManifest,
      [ring]: bytes(`pub   ed25519\n\n${signer.publicKey}\n`),
    },
    registries: registries(images),
  };
}

/** runc signs its list of sums (its script/release_sign.sh); here with a key that is made for the occasion, and nobody knows. */
async function runcSigner(): Promise<{ publicKey: string; sign: (text: string) => Promise<string> }> {
  const { createCleartextMessage, generateKey, sign } = await import('openpgp');
  const userIDs = [{ name: 'a maintainer', email: 'maintainer@example.org' }];
  const { privateKey, publicKey } = await generateKey({ userIDs, format: 'object' });
  return {
    publicKey: publicKey.armor(),
    sign: async (text) => sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey }),
  };
}

async function kubernetes({ versions, program }: Release, arch: string): Promise<Record<string, Page>> {
  const pages: Record<string, Page> = {};
  for (const name of ['kubeadm', 'kubelet', 'kubectl']) {
    const path = `release/${versions.kubernetes}/bin/linux/${arch}/${name}`;
    const content = program(arch, name);
    pages[`https://dl.k8s.io/${path}`] = { redirect: `https://cdn.dl.k8s.io/${path}` };
    pages[`https://cdn.dl.k8s.io/${path}`] = content;
    pages[`https://dl.k8s.io/${path}.sha256`] = { redirect: `https://cdn.dl.k8s.io/${path}.sha256` };
    pages[`https://cdn.dl.k8s.io/${path}.sha256`] = bytes(await sha256(content));
  }
  return pages;
}

interface Attached {
  /** `containerd/containerd`. */
  readonly repository: string;
  readonly version: string;
  readonly file: string;
  /** The file beside it that has its sum. */
  readonly list: string;
  readonly content: Content;
}

/** What projects attach to their releases on GitHub, for one architecture. */
async function attachments({ versions, program }: Release, arch: string, folder: string): Promise<Attached[]> {
  const { containerd, runc, crictl, etcd } = versions;
  const archive = (file: string, inside: string, ...names: readonly string[]): Promise<Content> =>
    tarball(
      join(folder, file),
      names.map((name) => [`${inside}${name}`, program(arch, name)]),
    );
  const containerdFile = `containerd-${containerd.slice(1)}-linux-${arch}.tar.gz`;
  const crictlFile = `crictl-${crictl}-linux-${arch}.tar.gz`;
  const etcdFolder = `etcd-${etcd}-linux-${arch}`;
  return [
    {
      repository: 'containerd/containerd',
      version: containerd,
      file: containerdFile,
      list: `${containerdFile}.sha256sum`,
      content: await archive(containerdFile, 'bin/', 'containerd', 'ctr', 'containerd-shim-runc-v2'),
    },
    {
      repository: 'kubernetes-sigs/cri-tools',
      version: crictl,
      file: crictlFile,
      list: `${crictlFile}.sha256`,
      content: await archive(crictlFile, '', 'crictl'),
    },
    {
      repository: 'etcd-io/etcd',
      version: etcd,
      file: `${etcdFolder}.tar.gz`,
      list: 'SHA256SUMS',
      content: await archive(`${etcdFolder}.tar.gz`, `${etcdFolder}/`, 'etcdctl', 'etcdutl'),
    },
    {
      repository: 'opencontainers/runc',
      version: runc,
      file: `runc.${arch}`,
      list: 'runc.sha256sum',
      content: program(arch, 'runc'),
    },
  ];
}

const store = 'https://release-assets.githubusercontent.com/github-production-release-asset';

/** Lists of sums have a line for every architecture; runc’s is signed. */
async function releases(
  all: readonly Attached[],
  sign: (text: string) => Promise<string>,
): Promise<Record<string, Page>> {
  const pages: Record<string, Page> = {};
  const lists = new Map<string, string>();
  for (const { repository, version, file, list, content } of all) {
    const at = `https://github.com/${repository}/releases/download/${version}`;
    pages[`${at}/${file}`] = { redirect: `${store}/${repository}/${version}/${file}` };
    pages[`${store}/${repository}/${version}/${file}`] = content;
    lists.set(`${at}/${list}`, `${lists.get(`${at}/${list}`) ?? ''}${await sha256(content)}  ${file}\n`);
  }
  for (const [url, text] of lists) pages[url] = bytes(url.includes('/runc/') ? await sign(text) : text);
  return pages;
}

async function tarball(path: string, members: readonly (readonly [string, Content])[]): Promise<Content> {
  const root = `${path}.content`;
  for (const [name, content] of members) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await pipeline(content.stream(0), createWriteStream(join(root, name), { mode: 0o755 }));
  }
  const tops = [...new Set(members.map(([name]) => name.split('/')[0]!))];
  await run('tar', ['-czf', path, '-C', root, ...tops]);
  return fileContent(path);
}

function registries(images: Readonly<Record<string, SiteImage>>): Sites['registries'] {
  const of = (host: string): Registry['images'] =>
    Object.fromEntries(
      Object.entries(images).flatMap(([name, image]) =>
        name.startsWith(`${host}/`) ? [[name.slice(host.length + 1), image]] : [],
      ),
    );
  return {
    'registry.k8s.io': {
      images: of('registry.k8s.io'),
      blobsAt: 'https://prod-registry-k8s-io-eu-west-1.s3.dualstack.eu-west-1.amazonaws.com/containers/images',
    },
    'quay.io': {
      images: of('quay.io'),
      blobsAt: 'https://cdn01.quay.io/quayio-production-s3/sha256',
      tokensAt: 'https://quay.io/v2/auth',
    },
    'registry-1.docker.io': {
      images: of('docker.io'),
      blobsAt: 'https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs',
      tokensAt: 'https://auth.docker.io/token',
    },
  };
}
