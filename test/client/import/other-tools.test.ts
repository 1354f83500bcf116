import { describe, expect, it } from 'vitest';
import type { Translation } from '../../../src/client/import/ledger.js';
import { k0sctl, kubekey, kubeone, three } from './samples.js';
import { validated } from './translated.js';

const hostsOf = async (found: Translation): Promise<string[]> =>
  (await validated(found)).cluster.hosts.map(({ name, address, roles }) => `${name} ${address} ${roles.join()}`);

describe('a manifest of kubeone', () => {
  const found = three.kubeone(kubeone);
  it('becomes a spec', async () => {
    expect(await hostsOf(found)).toEqual([
      'cp1 10.20.0.11 control-plane',
      'cp2 10.20.0.12 control-plane',
      'cp3 10.20.0.13 control-plane',
      'worker-1 10.20.0.21 worker',
    ]);
    const { cluster } = await validated(found);
    expect(cluster).toMatchObject({
      name: 'site-a',
      kubernetesVersion: 'v1.37.2',
      controlPlaneEndpoint: { type: 'external', host: 'api.example.org', port: 6443 },
      networking: { podSubnet: '10.42.0.0/16', serviceSubnet: '10.96.0.0/12', kubeProxyMode: 'ipvs' },
    });
    expect(cluster.hosts[3]?.ssh).toEqual({
      user: 'ubuntu',
      port: 2222,
      jump: { address: 'bastion.example.org', user: 'ops' },
    });
  });
  it('logs in where kubeone does, where the hosts know each other by another address', async () => {
    const elsewhere = three.kubeone(kubeone.replace('privateAddress: 10.20.0.11', 'privateAddress: 10.30.0.11'));
    const { cluster } = await validated(elsewhere);
    expect(cluster.hosts[0]).toMatchObject({ address: '10.30.0.11', ssh: { address: '10.20.0.11' } });
  });
  it('keeps what has no counterpart', () => {
    for (const words of ['features: {"encryptionProviders":{"enable":true}}']) expect(found.spec).toContain(words);
    expect(found.spec).toMatch(/# kubeone.yaml:\d+: cni is canal: kha installs Calico/);
  });
});

describe('a file of k0sctl', () => {
  const found = three.k0sctl(k0sctl);
  it('becomes a spec', async () => {
    expect(await hostsOf(found)).toEqual([
      'cp1 10.20.0.11 control-plane',
      'control-plane-2 10.20.0.12 control-plane,worker',
      'control-plane-3 10.20.0.13 control-plane',
      'worker-1 10.20.0.21 worker',
    ]);
    expect((await validated(found)).cluster).toMatchObject({
      name: 'site-b',
      kubernetesVersion: 'v1.37.2',
      controlPlaneEndpoint: { type: 'vip', vip: '10.20.0.250', port: 8443 },
      networking: {
        podSubnet: '10.42.0.0/16',
        serviceSubnet: '10.43.0.0/16',
        kubeProxyMode: 'iptables',
        calico: { encapsulation: 'vxlan', mtu: 1400 },
      },
      ssh: { user: 'root', key: expect.stringContaining('.ssh/site') as string },
    });
  });
  it('keeps no secret', () => expect(found.spec + JSON.stringify(found.notes)).not.toContain('hunter2'));
  it('may have the configuration of k0s in a document of its own', async () => {
    const [head = '', config = ''] = k0sctl.split('    config:\n');
    const apart = three.k0sctl(`${head}---\n${config.replaceAll(/^ {6}/gm, '')}`);
    expect((await validated(apart)).cluster.networking.podSubnet).toBe('10.42.0.0/16');
  });
});

describe('a file of kubekey', () => {
  const found = three.kubekey(kubekey);
  it('becomes a spec', async () => {
    expect(await hostsOf(found)).toEqual([
      'cp1 10.20.0.11 control-plane',
      'cp2 10.20.0.12 control-plane',
      'cp3 10.20.0.13 control-plane',
      'w1 10.20.0.21 worker',
    ]);
    expect((await validated(found)).cluster).toMatchObject({
      name: 'site-c',
      controlPlaneEndpoint: { type: 'external', host: '10.20.0.200', port: 6443 },
      networking: {
        podSubnet: '10.42.0.0/16',
        dnsDomain: 'corp.local',
        kubeProxyMode: 'ipvs',
        calico: { encapsulation: 'vxlan', mtu: 1400 },
      },
    });
  });
  it('keeps etcd where it was', async () =>
    expect(await hostsOf(three.kubekey(kubekey.replace('etcd: ["cp[1:3]"]', 'etcd: [w1]')))).toContain(
      'w1 10.20.0.21 etcd,worker',
    ));
  it('keeps no secret', () => expect(found.spec + JSON.stringify(found.notes)).not.toContain('hunter2'));
});
