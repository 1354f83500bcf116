import type { Fact } from './fact.js';
import { lines } from './files.js';

/** Names of the images that containerd holds for Kubernetes. */
export const localImages: Fact<string[]> = {
  command: 'ctr -n k8s.io images ls -q',
  parse: ({ stdout }) => lines(stdout),
};
