import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../src/bundle/write-archive.js';

/** A folder that is gone after the test. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'kha-bundle-'));
  file(name: string, content: string | Buffer = ''): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }
  at = (name: string): string => join(this.path, name);
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, maxRetries: 10 });
  }
}

const here = { origin: 'here', licence: 'Apache-2.0' };

/** A bundle of two files and two images that share a layer. */
export function source(folder: Folder, kubelet = 'kubelet’s bytes'): Source {
  const layer = Buffer.from('layer that both have');
  return {
    description: {
      kubernetes: 'v1.37.2',
      versions: { etcd: '3.7.0-0' },
      systems: [{ os: 'debian-13', arch: 'amd64' }],
    },
    images: [
      { name: 'pause:3.10.2', ...here, config: () => Buffer.from('{"architecture":"amd64"}'), layers: [layer] },
      {
        name: 'etcd:3.7.0-0',
        ...here,
        config: () => Buffer.from('{"os":"linux"}'),
        layers: [layer, Buffer.from('etcd')],
      },
    ],
    files: [
      {
        name: 'bin/amd64/kubelet',
        content: { path: folder.file('kubelet', kubelet) },
        version: 'v1.37.2',
        ...here,
      },
      { name: 'manifests/calico.yaml', content: Buffer.from('kind: List\n'), version: 'v3.28.5', ...here },
    ],
  };
}
