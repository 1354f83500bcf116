import { pointingKubeProxy } from '../switch-over/point-kube-proxy-at-endpoint.js';
import type { Step } from '../step.js';

/** Seed, lines 222 to 226. */
export const restartKubeProxy: Step = pointingKubeProxy({
  name: 'restartKubeProxy',
  does: 'Let kube-proxy reach the API through the load balancer, and delete its pods, which read that at their start only',
  restart: ['delete', 'pod', '-l', 'k8s-app=kube-proxy'],
});
