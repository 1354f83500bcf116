import type { Step } from '../step.js';
import { layingEtcd } from '../etcd/lay-etcd-manifest.js';
import { etcdPod } from './etcd-pod.js';

export const layEtcdPod: Step = layingEtcd('layEtcdPod', etcdPod);
