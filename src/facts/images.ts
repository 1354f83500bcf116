import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present } from './sh.js';

/** Names of the images that containerd holds for Kubernetes; none where it was never started. */
export const localImages: Fact<string[]> = {
  command: `${present}if present /run/containerd/containerd.sock; then ctr -n k8s.io images ls -q; fi`,
  parse: ({ stdout }) => lines(stdout),
};
