import { upstreamOf } from '../src/cluster/image-names.js';
import { fetchedByHosts, type Lock, type LockedPart } from '../src/cluster/lock.js';
import { imagesOf } from '../src/steps/runtime/images.js';
import { cluster } from './clusters.js';

const archives: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  etcdctl: 'etcd',
  etcdutl: 'etcd',
};

/** The lock of these programs and manifests, and of every image, each with a digest of its own. */
export function lockOf(files: readonly string[]): Lock {
  const all = cluster({ source: {} });
  const images = imagesOf({ ...all, source: { internet: { architectures: ['amd64'], mirrors: {} } } }, all.hosts[0]!);
  const part = (origin: string, digest: string, more: Partial<LockedPart> = {}): LockedPart => ({
    version: 'v1',
    origin,
    digest: `sha256:${digest.padStart(64, '0')}`,
    licence: 'Apache-2.0',
    ...more,
  });
  return {
    lock: 1,
    kubernetes: 'v1.37.2',
    from: fetchedByHosts,
    files: Object.fromEntries(
      files
        .filter((name) => /^(bin|manifests)\//.test(name))
        .map((name, index) => {
          const file = name.split('/').at(-1)!;
          const archive = archives[file];
          const url = `https://downloads.example/${archive ? `${archive}.tar.gz#bin/${file}` : file}`;
          const of = archive ? { archive: `sha256:${(archive === 'etcd' ? 'a' : 'c').repeat(64)}` as const } : {};
          return [name, part(url, String(index), of)];
        }),
    ),
    images: Object.fromEntries(
      images.map((name, index) => {
        const [repository = '', tag = ''] = name.split(':');
        const origin = `${upstreamOf(repository).replace('docker.io/', 'quay.io/')}:${tag}`;
        return [name, part(origin, `e${String(index).padStart(2, '0')}`)];
      }),
    ),
  };
}
