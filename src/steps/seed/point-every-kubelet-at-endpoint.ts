import { nodes } from '../../cluster/roles.js';
import { pointingKubelets } from '../switch-over/point-kubelet-at-endpoint.js';

/** Seed, lines 222 and 223: the masters' too. */
export const pointEveryKubeletAtEndpoint = pointingKubelets({
  name: 'pointEveryKubeletAtEndpoint',
  does: 'Let every kubelet reach the API through the load balancer, ten at most at a time',
  on: nodes,
});
