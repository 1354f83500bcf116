import { layingEtcd } from '../etcd/lay-etcd-manifest.js';
import { etcdPod } from './etcd-pod.js';

export const layEtcdPod = layingEtcd('layEtcdPod', etcdPod);
