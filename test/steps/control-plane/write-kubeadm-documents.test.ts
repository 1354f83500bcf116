import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { initDocuments } from '../../../src/steps/control-plane/kubeadm-documents.js';
import { completed } from '../../../src/steps/control-plane/take-over.js';
import { initPath } from '../../../src/steps/control-plane/way-in.js';
import { writeKubeadmDocuments } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Answers } from '../disks.js';

const path = '/etc/kubernetes/kha/kubeadm.yaml';
const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const etcdCtl = 'get /registry/';
const ground = { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: true } } as const;

const before = cluster();
const document = initDocuments(before, before.hosts[0]!, ground, 'local');
const pods = cluster({ networking: { podSubnet: '10.244.0.0/16' } });
const services = cluster({ networking: { serviceSubnet: '10.112.0.0/12' } });
const domain = cluster({ networking: { dnsDomain: 'other.local' } });
const vip = cluster({ controlPlaneEndpoint: { type: 'vip', vip: '10.0.0.101' } });
const otherwise = cluster({ kubelet: { maxPods: 50 }, networking: { kubeProxyMode: 'iptables' } });

const begun = { [path]: document, [initPath]: 'begun\n' };
const running = { ...begun, [manifest]: '', '/etc/kubernetes/admin.conf': '' };
const ended = { ...running, [completed('control-plane')]: 'done\n' };

const silent = { code: 1, stdout: '', stderr: 'Error: context deadline exceeded' };
/** What etcd says when it is asked for anything that an API server wrote. */
const etcd = { full: '/registry/services/specs/default/kubernetes\n\n', empty: '', silent };

function standing(wanted: Cluster, disk: Record<string, string>, said?: keyof typeof etcd) {
  const answers: Answers = {
    'stat -fc': () => 'cgroup2fs\n',
    CapBnd: () => '000001ffffffffff\nmachine\n',
    [etcdCtl]: () => (said === undefined ? undefined : etcd[said]),
  };
  const { context, done } = world(wanted, { m1: { ...disk } }, answers);
  return {
    check: () => writeKubeadmDocuments.check(context('m1')),
    apply: () => writeKubeadmDocuments.apply!(context('m1')),
    done,
  };
}

describe('writeKubeadmDocuments', () => {
  // Where etcd is not told of, asking it fails the test: nothing of that is asked in an install that changes nothing.
  it.each<[string, Cluster, Record<string, string>, string[]]>([
    ['on a bare host', before, {}, [`${path} is not there`]],
    ['where all is as it was', before, ended, []],
    ['where other things changed', otherwise, ended, [`${path} differs`]],
    ['where no init was begun', pods, { [path]: document }, [`${path} differs`]],
    [
      'where no init was begun, and etcd has data',
      services,
      { [path]: document, '/var/lib/etcd/member': '' },
      [`${path} differs`],
    ],
    [
      'over a document of another making',
      pods,
      { ...ended, [path]: 'kind: ClusterConfiguration\n' },
      [`${path} differs`],
    ],
    // It is begun anew, and every kubeconfig made with it.
    ['with another endpoint where init has not ended', vip, running, [`${path} differs`]],
  ])('writes %s', async (_, wanted, disk, missing) => {
    const { check, apply, done } = standing(wanted, disk);
    expect(await check()).toEqual(missing);
    await apply();
    expect(done).toEqual([`m1: write ${path}`]);
  });

  it('writes where init was begun, and no API server ever wrote anything', async () =>
    expect(await standing(pods, begun, 'empty').check()).toEqual([`${path} differs`]));

  it.each<[string, Cluster, Record<string, string>, keyof typeof etcd, RegExp, RegExp]>([
    [
      'pods once etcd has what was written with the old ones',
      pods,
      begun,
      'full',
      /networking\.podSubnet was 192\.168\.0\.0\/16 when kubeadm init began on m1, and is 10\.244\.0\.0\/16 in the spec; etcd holds/,
      /put the old value back: .* reset .*not built yet/,
    ],
    [
      'services',
      services,
      running,
      'full',
      /networking\.serviceSubnet was 10\.96\.0\.0\/12 .* is 10\.112\.0\.0\/12/,
      /old value/,
    ],
    ['a domain', domain, ended, 'full', /networking\.dnsDomain was cluster\.local .* is other\.local/, /old value/],
    [
      'pods while nobody can tell what etcd holds',
      pods,
      begun,
      'silent',
      /etcd does not answer/,
      /answer retry once etcd answers/,
    ],
    [
      'pods while the old API server may still start',
      pods,
      running,
      'empty',
      /its API server may still start/,
      new RegExp(`move ${manifest} away`),
    ],
    [
      'an endpoint once init has ended',
      vip,
      ended,
      'full',
      /endpoint was 10\.0\.0\.100:8443 .* is 10\.0\.0\.101:8443 in the spec; init has ended there/,
      /old value/,
    ],
    [
      'both, and says both',
      cluster({ networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.112.0.0/12' } }),
      running,
      'full',
      /networking\.podSubnet was .*networking\.serviceSubnet was /,
      /old value/,
    ],
  ])('refuses other %s, and changes nothing', async (_, wanted, disk, said, reason, next) => {
    const { check, done } = standing(wanted, disk, said);
    await expect(check()).rejects.toMatchObject({
      name: 'Refused',
      message: expect.stringMatching(reason) as string,
      next: expect.stringMatching(next) as string,
    });
    expect(done).toEqual([]);
  });
});
