import type { Step } from '../step.js';
import { nodes } from '../../cluster/roles.js';
import { pointingKubelets } from '../switch-over/point-kubelet-at-endpoint.js';

/** Seed, lines 230 and 231: the masters' too. */
export const pointEveryKubeletAtEndpoint: Step = pointingKubelets({
  name: 'pointEveryKubeletAtEndpoint',
  does: 'Let every kubelet reach the API through the load balancer, ten at most at a time',
  on: nodes,
});
