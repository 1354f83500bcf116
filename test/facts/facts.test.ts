import { describe, expect, it } from 'vitest';
import { certificates } from '../../src/facts/certificate.js';
import { etcdMembers, etcdStatus } from '../../src/facts/etcd.js';
import { answer, type Fact } from '../../src/facts/fact.js';
import { file, sha256 } from '../../src/facts/files.js';
import { localImages } from '../../src/facts/images.js';
import { kernelParameters, limits } from '../../src/facts/kernel.js';
import { kubectlDiff } from '../../src/facts/kubectl-diff.js';
import { apiObject } from '../../src/facts/kubectl.js';
import { addresses, answersFor, httpsStatus, lookUp, vrrpAdverts } from '../../src/facts/network.js';
import { bundle } from '../../src/facts/registry.js';
import { rolledOut } from '../../src/facts/rollout.js';
import { service } from '../../src/facts/service.js';
import { swaps } from '../../src/facts/swap.js';
import { timeService } from '../../src/facts/time.js';
import { cluster, registryOf } from '../clusters.js';

const parsed = <T>(fact: Fact<T>, stdout: string, code = 0, stderr = ''): T => answer(fact, { code, stdout, stderr });
const digest = 'a'.repeat(64);

/** `systemctl show` of the units that keep a clock, by state; a unit that is not named is not there. */
const units = (states: Record<string, string>): string =>
  ['chrony', 'chronyd', 'systemd-timesyncd', 'ntpsec', 'ntp']
    .map((name) => {
      const state = states[name];
      return `Id=${name}.service\nLoadState=${state ? 'loaded' : 'not-found'}\nActiveState=${state ?? 'inactive'}\n`;
    })
    .join('\n');

describe('parsers', () => {
  // [what, what the parser gives, what it should give]: outputs as the programs really print them.
  it.each<[string, unknown, unknown]>([
    [
      'a file with its mode',
      parsed(file('/x'), '600\nline 1\n\nline 3\n'),
      { mode: '600', content: 'line 1\n\nline 3\n' },
    ],
    ['an empty file', parsed(file('/x'), '644\n'), { mode: '644', content: '' }],
    ['a file that is not there', parsed(file('/x'), 'absent\n'), undefined],
    [
      'digests, one of a path with a space',
      parsed(sha256(['/a', '/b c']), `${digest}  /a\n${digest}  /b c\n`),
      new Map([
        ['/a', digest],
        ['/b c', digest],
      ]),
    ],
    ['no digests', parsed(sha256(['/a']), ''), new Map()],
    [
      'kernel parameters with spaces in the value',
      parsed(kernelParameters([]), 'net.ipv4.ip_forward = 1\nkernel.printk = 4\t4\t1\t7\n'),
      new Map([
        ['net.ipv4.ip_forward', '1'],
        ['kernel.printk', '4\t4\t1\t7'],
      ]),
    ],
    [
      'swap',
      parsed(
        swaps,
        'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2                               partition\t1048572\t\t0\t\t-2\n',
      ),
      ['/dev/sda2'],
    ],
    ['no swap', parsed(swaps, 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'), []],
    [
      'limits of a container without CAP_SYS_RESOURCE',
      parsed(limits, '000001fffeffffff\ncontainer\n'),
      { lowersOomScore: false, setsConntrack: false },
    ],
    [
      'limits of a machine',
      parsed(limits, '000001ffffffffff\nmachine\n'),
      { lowersOomScore: true, setsConntrack: true },
    ],
    [
      'addresses, one of a veth',
      parsed(
        addresses(4),
        '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever\n2: eth0@if6    inet 10.0.0.11/24 scope global eth0\\  x\n2: eth0    inet 10.0.0.100/32 scope global eth0\n',
      ),
      [
        { device: 'lo', address: '127.0.0.1', prefix: 8 },
        { device: 'eth0', address: '10.0.0.11', prefix: 24 },
        { device: 'eth0', address: '10.0.0.100', prefix: 32 },
      ],
    ],
    [
      'who answers for an address',
      parsed(answersFor('10.0.0.9'), '10.0.0.9 dev eth0 lladdr e6:dc:c5:aa:fd:0d REACHABLE\n'),
      'e6:dc:c5:aa:fd:0d',
    ],
    ['nobody answers', parsed(answersFor('10.0.0.9'), '10.0.0.9 dev eth0 FAILED\n'), undefined],
    ['a half answer', parsed(answersFor('10.0.0.9'), '10.0.0.9 dev eth0 INCOMPLETE\n'), undefined],
    [
      'VRRP adverts',
      parsed(
        vrrpAdverts('eth0', 4),
        '10:00:01.1 IP 10.0.0.5 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype simple, intvl 1s, length 20\n',
        124,
      ),
      [{ source: '10.0.0.5', virtualRouterId: 51 }],
    ],
    ['no tcpdump', parsed(vrrpAdverts('eth0', 4), '', 3), undefined],
    [
      'look-ups',
      parsed(lookUp(['m1'], 4), 'm1 10.0.0.11\nm1 10.0.0.11\nm1 127.0.1.1\n'),
      new Map([['m1', ['10.0.0.11', '127.0.1.1']]]),
    ],
    ['nobody behind a URL', parsed(httpsStatus('https://x'), '000', 7), 0],
    [
      'a service that runs an older configuration',
      parsed(
        service('x'),
        'ActiveState=active\nUnitFileState=enabled\nActiveEnterTimestamp=Tue 2026-11-24 08:50:12.123456 UTC\nChanged=2026-11-24 08:50:12.200000000 +0000\n',
      ),
      { active: true, enabled: true, stale: true },
    ],
    [
      'a service that is up to date',
      parsed(
        service('x'),
        'ActiveEnterTimestamp=Tue 2026-11-24 08:50:12.123456 UTC\nActiveState=active\nUnitFileState=enabled\nChanged=2026-11-24 08:50:12.100000000 +0000\n',
      ),
      { active: true, enabled: true, stale: false },
    ],
    [
      'a service that was reloaded since its configuration changed',
      parsed(
        service('x'),
        'ActiveEnterTimestamp=Tue 2026-11-24 08:50:12.123456 UTC\nStateChangeTimestamp=Tue 2026-11-24 09:00:01.000000 UTC\nActiveState=active\nUnitFileState=enabled\nChanged=2026-11-24 09:00:00.100000000 +0000\n',
      ),
      { active: true, enabled: true, stale: false },
    ],
    [
      'a service that is not there',
      parsed(service('x'), 'ActiveState=inactive\nUnitFileState=\nActiveEnterTimestamp=\n'),
      { active: false, enabled: false, stale: false },
    ],
    [
      'time in a container',
      parsed(timeService, `${units({ 'systemd-timesyncd': 'inactive' })}\ncontainer\n`),
      { service: 'systemd-timesyncd.service', active: false, container: true },
    ],
    [
      'time by the one of two that runs',
      parsed(timeService, units({ chrony: 'active', 'systemd-timesyncd': 'inactive' })),
      { service: 'chrony.service', active: true, container: false },
    ],
    [
      'etcd members, one that never started',
      parsed(
        etcdMembers('x'),
        '{"header":{},"members":[{"ID":13803658152347727308,"name":"m1","peerURLs":["https://p"],"clientURLs":["https://c"]},{"ID":2,"peerURLs":["https://q"],"isLearner":true}]}',
      ),
      [
        { id: 'bf9071f4639c75cc', name: 'm1', peerUrls: ['https://p'], clientUrls: ['https://c'], learner: false },
        { id: '2', name: '', peerUrls: ['https://q'], clientUrls: [], learner: true },
      ],
    ],
    [
      'etcd that does not answer',
      parsed(etcdMembers('x'), '', 1, '{"level":"warn"}\nError: context deadline exceeded\n'),
      undefined,
    ],
    ['no status of etcd', parsed(etcdStatus(['x']), 'context deadline exceeded', 1), []],
    [
      'a rollout that waits',
      parsed(
        rolledOut('n', 'deployment/x'),
        'Waiting for deployment "x" rollout to finish: 0 of 1 updated replicas are available...\n',
      ),
      ['deployment/x: Waiting for deployment "x" rollout to finish: 0 of 1 updated replicas are available...'],
    ],
    ['a rollout that is over', parsed(rolledOut('n', 'daemonset/x'), 'daemon set "x" successfully rolled out\n'), []],
    [
      'a rollout that nobody knows',
      parsed(rolledOut('n', 'daemonset/x'), '', 1, 'Error from server (NotFound): daemonsets.apps "x" not found\n'),
      ['daemonset/x: Error from server (NotFound): daemonsets.apps "x" not found'],
    ],
    ['no difference', parsed(kubectlDiff('-f', 'x'), ''), undefined],
    [
      'a difference',
      parsed(kubectlDiff('-f', 'x'), 'diff -u a b\n--- a\n+++ b\n@@ -1 +1 @@\n-old: 1\n+new: 1\n', 1),
      '-old: 1',
    ],
    [
      'a difference in a namespace that is not there yet',
      parsed(kubectlDiff('-f', 'x'), '', 2, 'Error from server (NotFound): namespaces "x" not found\n'),
      'Error from server (NotFound): namespaces "x" not found',
    ],
    [
      'an object that is not there',
      parsed(apiObject(['cm', 'x']), '', 1, 'Error from server (NotFound): x\n'),
      undefined,
    ],
    ['a host without images', parsed(localImages, ''), new Map()],
    [
      'images, one of them pinned',
      parsed(
        localImages,
        'REF                        TYPE                                       DIGEST                                                                  SIZE      PLATFORMS   LABELS                                                          \n' +
          `h:5000/pause:3.10          application/vnd.oci.image.manifest.v1+json sha256:${digest} 1.3 MiB   linux/amd64 io.cri-containerd.image=managed,io.cri-containerd.pinned=pinned \n` +
          `h:5000/etcd:3.7.0-0        application/vnd.oci.image.manifest.v1+json sha256:${digest} 0.0 B     -           -                                                               \n`,
      ),
      new Map([
        ['h:5000/pause:3.10', { digest: `sha256:${digest}`, pinned: true }],
        ['h:5000/etcd:3.7.0-0', { digest: `sha256:${digest}`, pinned: false }],
      ]),
    ],
    [
      'a bundle that nobody pushed',
      parsed(bundle(registryOf(cluster()), ''), '', 22, 'curl: (22) The requested URL returned error: 404\n'),
      undefined,
    ],
  ])('read %s', (_what, found, wanted) => expect(found).toEqual(wanted));

  it('keep the whole of etcd’s member ids, which are larger than JavaScript’s numbers', () => {
    const text =
      '[{"Endpoint":"https://10.0.0.11:2379","Status":{"header":{"member_id":10276657743932975437},"leader":12345678901234567890,"dbSize":20480}}]';
    expect(parsed(etcdStatus(['x']), text)).toEqual([
      {
        endpoint: 'https://10.0.0.11:2379',
        memberId: '10276657743932975437',
        leader: '12345678901234567890',
        dbSize: 20480,
      },
    ]);
  });

  it('read certificates, and leave out what is none', () => {
    const text =
      '== /a.crt\nnotAfter=Nov 24 08:46:01 2027 GMT\nissuer=CN=kubernetes\nsubject=CN=kube-apiserver\nX509v3 Subject Alternative Name: \n    DNS:m1, DNS:kubernetes, IP Address:10.96.0.1, IP Address:10.0.0.11, IP Address:FD00:10:0:0:0:0:0:11\n== /b.crt\n';
    expect([...parsed(certificates(['/a.crt', '/b.crt']), text).values()]).toEqual([
      {
        path: '/a.crt',
        expires: Date.UTC(2027, 10, 24, 8, 46, 1),
        names: ['m1', 'kubernetes', '10.96.0.1', '10.0.0.11', 'fd00:10::11'],
        issuer: 'CN=kubernetes',
        subject: 'CN=kube-apiserver',
      },
    ]);
  });
});
