import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present } from './sh.js';

export interface LocalImage {
  /** Of its manifest, or of the index that names one for each architecture. */
  readonly digest: string;
  /** The kubelet does not remove it to make room (containerd, CRI: `io.cri-containerd.pinned`). */
  readonly pinned: boolean;
}

/** The images that containerd holds for Kubernetes, by name; none where it was never started. */
export const localImages: Fact<Map<string, LocalImage>> = {
  command: `${present}if present /run/containerd/containerd.sock; then ctr -n k8s.io images ls; fi`,
  parse: ({ stdout }) =>
    new Map(
      lines(stdout)
        .slice(1)
        .map((line) => {
          const [name = '', , digest = '', ...rest] = line.trim().split(/ +/);
          if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`no digest in: ${line}`);
          return [name, { digest, pinned: /\bio\.cri-containerd\.pinned=pinned\b/.test(rest.join(' ')) }];
        }),
    ),
};
