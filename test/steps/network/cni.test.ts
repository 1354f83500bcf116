import { describe, expect, it } from 'vitest';
import { openings } from '../../../src/cluster/ports.js';
import { controlPlanes, nodes as nodesOf } from '../../../src/cluster/roles.js';
import { existing, file, sha256 } from '../../../src/facts/files.js';
import { apiObject } from '../../../src/facts/kubectl.js';
import { kubectlDiff } from '../../../src/facts/kubectl-diff.js';
import { nodeList } from '../../../src/facts/nodes.js';
import { placedPods, type PlacedPod } from '../../../src/facts/pods.js';
import { rolledOut } from '../../../src/facts/rollout.js';
import { appliedFrom } from '../../../src/facts/workloads.js';
import {
  checkAddOns,
  checkComponents,
  checkControlPlaneNodes,
  checkNodes,
  installCalico,
  installCniManifests,
  proveNetwork,
} from '../../../src/steps/index.js';
import { bundledManifests } from '../../../src/steps/manifests.js';
import { imagesOf } from '../../../src/steps/runtime/images.js';
import { cluster } from '../../clusters.js';
import { samples } from '../../golden/samples.js';
import { contextOf, FakeHost } from '../fake-host.js';

const of = (cni: unknown) => cluster({ networking: { cni } });
const chart = { name: 'cilium', chart: '/cilium.tgz', namespace: 'kube-system' };
const [calico, own, none] = [of('calico'), of({ manifests: ['/cilium.yaml'] }), of('none')];
const waiting = cluster().hosts.map(({ name }) => ({ name, ready: false, connected: false }));

describe('the network of pods', () => {
  it.each([
    ['Calico', calico, [installCalico, proveNetwork]],
    ['manifests of the spec', own, [installCniManifests, proveNetwork]],
    ['charts of the spec', of({ addons: ['crds', chart] }), [installCniManifests, proveNetwork]],
    ['nobody’s', none, []],
  ])('that is %s is made and proved by its own steps', (_, wanted, steps) =>
    expect([installCalico, installCniManifests, proveNetwork].filter((step) => step.on(wanted).length > 0)).toEqual(
      steps,
    ),
  );

  it.each([
    ['Calico', calico, ['calico/node', 'calico/cni', 'calico/kube-controllers', 'kha/probe'], 'pods, VXLAN'],
    ['of the spec', own, ['kha/probe'], undefined],
    ['nobody’s', none, [], undefined],
  ])('that is %s brings its images and ports', (_, wanted, images, port) => {
    const found = imagesOf(wanted, wanted.hosts[3]!).map((image) => image.split(':')[0]);
    expect(found.filter((image) => image!.includes('/'))).toEqual(images);
    expect(openings(wanted, wanted.hosts[3]!).find(({ of: what }) => what.startsWith('pods'))?.of).toBe(port);
  });

  it('of the spec is not read again while the cluster is asked whether it has it', async () => {
    const path = '/etc/kubernetes/kha/cni/1.yaml';
    const host = new FakeHost(own, 'm1').tells(kubectlDiff('-f', path), 'DaemonSet cilium');
    const secret = (reference: string): Promise<string> => Promise.reject(new Error(`${reference} was read`));
    expect(await installCniManifests.verify!({ ...contextOf(own, host), secret })).toEqual([
      `${path} is not applied: DaemonSet cilium`,
    ]);
  });

  it.each([
    [
      'Calico',
      calico,
      ['deployment/coredns', 'deployment/calico-kube-controllers', 'daemonset/calico-node', 'daemonset/kube-proxy'],
    ],
    ['of the spec', own, ['deployment/coredns', 'daemonset/kube-proxy', 'daemonset/cilium']],
    ['nobody’s', none, ['daemonset/kube-proxy']],
  ])('that is %s is waited for with what needs it', async (_, wanted, workloads) => {
    // A host fails on whatever it was not told, so nothing else is waited for.
    const host = workloads.reduce(
      (one, workload) => one.tells(rolledOut('kube-system', workload), [workload]),
      new FakeHost(wanted, 'm1')
        .tells(existing(['/etc/kubernetes/kha/cni/1.yaml']), ['/etc/kubernetes/kha/cni/1.yaml'])
        .tells(appliedFrom('/etc/kubernetes/kha/cni/1.yaml'), [
          { kind: 'DaemonSet.apps', namespace: 'kube-system', name: 'cilium' },
        ]),
    );
    expect(await checkComponents.check(contextOf(wanted, host))).toEqual(workloads);
  });

  it('that is charts and manifests of the spec is laid and applied as add-ons are, in its order', async () => {
    const folder = '/etc/kubernetes/kha/cni';
    const fetched = { name: 'more', url: 'https://example.org/more.yaml', digest: `sha256:${'a'.repeat(64)}` };
    const wanted = of({ addons: ['crds', chart, fetched] });
    const hosts = wanted.hosts.slice(0, 3).map(({ name }) =>
      new FakeHost(wanted, name)
        .tells(existing([`${folder}/crds.yaml`]), [`${folder}/crds.yaml`])
        .tells(file(`${folder}/cilium.yaml`, { secret: true }), undefined)
        .tells(sha256([`${folder}/more.yaml`]), new Map())
        .obeys(/apply/),
    );
    const context = contextOf(wanted, hosts[0]!, hosts.slice(1));
    const missing = [`${folder}/cilium.yaml is not there`, `${folder}/more.yaml is not there`];
    expect(await installCniManifests.check(context)).toEqual(missing);
    await installCniManifests.apply!(context);
    expect(hosts[0]!.written.get(`${folder}/cilium.yaml`)?.content).toBe('the manifest of /cilium.tgz\n');
    expect(hosts[0]!.done.map((done) => done.split(' ').at(-1))).toEqual(
      ['cilium', 'more', 'crds', 'cilium', 'more'].map((name) => `${folder}/${name}.yaml`),
    );
    expect(bundledManifests(wanted)).toMatchObject([{ name: 'crds', path: `${folder}/crds.yaml` }]);
    expect(checkAddOns.on(wanted)).toHaveLength(3);
  });

  describe('of both families is proved', () => {
    const both = samples['dual-stack']!;
    const pod = (node: string, ...addresses: string[]) => ({ name: `probe-${node}`, node, addresses });
    const service = (...clusterIPs: string[]) => ({ spec: { clusterIPs } });
    const proved = (pods: PlacedPod[], one: object) =>
      new FakeHost(both, 'm1')
        .tells(rolledOut('kha-proof', 'daemonset/probe'), [])
        .tells(rolledOut('kube-system', 'deployment/coredns'), [])
        .tells(placedPods('kha-proof', 'app=probe'), pods)
        .tells(apiObject(['-n', 'kha-proof', 'service', 'probe']), one)
        .obeys(/kubectl/);
    const two = [pod('m1', '192.168.1.1', 'fd00:192:168::1'), pod('w1', '192.168.2.1', 'fd00:192:168::2:1')];

    it('whatever becomes of CoreDNS, which is waited for half a minute', async () => {
      const host = proved(two, service('10.96.0.9', 'fd00:10:96::9')).obeys(/^sleep 1$/);
      host.tells(rolledOut('kube-system', 'deployment/coredns'), ['1 of 2 updated replicas are available']);
      await proveNetwork.apply!(contextOf(both, host));
      expect(host.done.filter((command) => command === 'sleep 1')).toHaveLength(30);
      expect(host.done.some((command) => command.includes('exec probe-m1'))).toBe(true);
    });

    it('at every address of pods and of a service', async () => {
      const host = proved(two, service('10.96.0.9', 'fd00:10:96::9'));
      await proveNetwork.apply!(contextOf(both, host));
      const asked = host.done.flatMap(
        (one) => /exec .?(probe-\w+).* .?http:\/\/(.*?)\/.?$/.exec(one)?.slice(1).join(' ') ?? [],
      );
      expect(asked).toEqual(
        [
          ['probe-m1', '192.168.2.1', '[fd00:192:168::2:1]'],
          ['probe-w1', '192.168.1.1', '[fd00:192:168::1]'],
        ].flatMap(([from, ...places]) =>
          [...places, 'probe.kha-proof.svc.cluster.local', '10.96.0.9', '[fd00:10:96::9]'].map(
            (place) => `${from} ${place}:8080`,
          ),
        ),
      );
    });

    it.each([
      [
        'pod',
        [two[0]!, pod('w1', '192.168.2.1')],
        service('10.96.0.9', 'fd00:10:96::9'),
        /pod on w1 has 192\.168\.2\.1, and not/,
      ],
      ['service', two, service('10.96.0.9'), /service of the network proof has 10\.96\.0\.9, and not/],
      ['set of pods', two.slice(0, 1), service('10.96.0.9', 'fd00:10:96::9'), /w1 has no pod of the network proof/],
    ])('not with a %s of one', (_, pods, one, words) =>
      expect(proveNetwork.apply!(contextOf(both, proved(pods, one)))).rejects.toThrow(words),
    );
  });

  it('that is nobody’s lets no node be Ready: they are only to be there, and a plan says so', async () => {
    const told = (wanted: typeof none, nodes = waiting) => {
      const host = new FakeHost(wanted, 'm1');
      for (const asked of [nodesOf(wanted), controlPlanes(wanted)])
        host.tells(nodeList(asked.map(({ name }) => name)), nodes);
      return contextOf(wanted, host);
    };
    expect(await checkNodes.check(told(own))).toContain('m1 is not Ready');
    expect(await checkNodes.check(told(none))).toEqual([]);
    expect(await checkNodes.check(told(none, waiting.slice(1)))).toEqual(['m1 is not a node yet']);
    const context = told(none);
    expect(await checkControlPlaneNodes.check(context)).toEqual([]);
    expect(context.warnings).toEqual([
      expect.stringMatching(/^networking\.cni is none: nodes stay NotReady .*no network is proved/),
    ]);
  });
});
