import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/cluster/node-settings.js';
import { initDocuments, joinDocuments, patchesFor } from '../../src/steps/control-plane/kubeadm-documents.js';
import { cluster } from '../clusters.js';

const gpu = { key: 'gpu', effect: 'NoSchedule' } as const;
const pools = {
  gpu: {
    labels: { gpu: 'yes', disk: 'hdd' },
    taints: [gpu, { key: 'slow', effect: 'NoExecute' }],
    kubelet: { maxPods: 50, podPidsLimit: 9 },
  },
};
const hosts = (own: object) => cluster().hosts.map((host) => (host.name === 'm3' ? host : { ...host, ...own }));
const control = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

describe('settings of a node', () => {
  it('are those of its pool with its own over them', () => {
    const own = { pool: 'gpu', labels: { disk: 'ssd' }, taints: [{ ...gpu, value: 'a' }], kubelet: { maxPods: 20 } };
    const wanted = cluster({ pools, hosts: hosts(own) });
    expect(settingsOf(wanted, wanted.hosts[3]!)).toEqual({
      labels: { gpu: 'yes', disk: 'ssd' },
      annotations: {},
      taints: [
        { key: 'slow', effect: 'NoExecute' },
        { ...gpu, value: 'a' },
      ],
      kubelet: { maxPods: 20, podPidsLimit: 9 },
    });
    expect(settingsOf(wanted, wanted.hosts[2]!)).toEqual({ labels: {}, annotations: {}, taints: [], kubelet: {} });
  });

  it.each<[string, object, object, unknown]>([
    ['a control plane without its own', {}, { roles: ['control-plane'] }, undefined],
    ['a control plane that takes pods', {}, { roles: ['control-plane', 'worker'] }, []],
    ['a control plane with its own', {}, { roles: ['control-plane'], taints: [gpu] }, [control, gpu]],
    ['one that takes pods, with its own', {}, { roles: ['control-plane', 'worker'], taints: [gpu] }, [gpu]],
  ])('give kubeadm the taints of %s', (_, more, own, taints) => {
    const all = cluster().hosts.map((host, index) => (index === 0 ? { ...host, ...own } : host));
    const wanted = cluster({ ...more, hosts: all });
    const ground = { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: true } } as const;
    const [, first = ''] = initDocuments(wanted, wanted.hosts[0]!, ground, 'local').split(/^---$/m);
    expect((JSON.parse(first) as { nodeRegistration: { taints?: unknown } }).nodeRegistration.taints).toEqual(taints);
  });

  it('reach a worker’s kubelet as a patch, beside those of the spec', () => {
    const wanted = cluster({ pools, hosts: hosts({ pool: 'gpu' }), patches: { 'kube-scheduler.yaml': {} } });
    expect(patchesFor(wanted, wanted.hosts[3]!)).toEqual({
      'kube-scheduler.yaml': {},
      'kubeletconfiguration-of-host+merge.json': { maxPods: 50, podPidsLimit: 9 },
    });
    const document = joinDocuments(wanted, wanted.hosts[3]!, { token: 'a', caHash: 'b' });
    expect(document).toContain('"directory": "/etc/kubernetes/kha/patches"');
    expect(document).toContain('"key": "slow"');
  });
});
