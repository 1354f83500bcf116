import type { Cluster } from '../../cluster/cluster.js';
import { podSubnets } from '../../cluster/families.js';
import { inUrl } from '../../cluster/ip.js';
import { patientSeconds } from '../../cluster/patience.js';
import { controlPlanes, nodes } from '../../cluster/roles.js';
import { concerned } from '../../cluster/subject.js';
import { apiObject, kubectl, notWaiting } from '../../facts/kubectl.js';
import { placedPods, type PlacedPod } from '../../facts/pods.js';
import { rolledOut } from '../../facts/rollout.js';
import { abreast, channels } from '../abreast.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import type { Host } from '../host.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { networkProbe } from '../runtime/images.js';
import { nameServer } from './check-components.js';
import { withNeighbours } from './neighbours.js';
import { within } from '../within.js';
import { probe } from './probe.js';

const namespace = 'kha-proof';
const label = 'app=probe';
const record = 'kha-network-proof';
/**
 * What kubectl says of pods that an attempt before left. They are made anew, or every attempt would meet what is wrong with
 * one of them: a container whose control group systemd removed while it was made (version 1) runs, and cannot be entered.
 */
const stoodBefore = /^daemonset\S* .*(unchanged|configured)$/m;
/** Nodes up to which their names are told. */
const shown = 50;

export const proveNetwork: Step = {
  name: 'proveNetwork',
  does: 'Prove that pods on different nodes reach each other and a service by its name',
  // Without a network there is nothing to prove; checkControlPlaneNodes says so.
  on: (cluster) => (cluster.networking.cni === 'none' ? [] : controlPlanes(cluster)),
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['ready nodes'],
  async check(context) {
    const { cluster, subject } = context;
    const known = await proved(context);
    if (subject) {
      const unproved = subject.hosts.filter((name) => !known.includes(name));
      return unproved.length > 0 ? [`nobody has proved the network of ${unproved.join(' ')}`] : [];
    }
    if (known.join(' ') === nodeNames(cluster)) return [];
    const { length } = nodes(cluster);
    return [`nobody has proved the network of ${length > shown ? `these ${length} nodes` : nodeNames(cluster)}`];
  },
  async apply(context) {
    const { cluster, subject, host } = context;
    const among = subject ? await withNeighbours(cluster, subject, host) : cluster;
    const only = subject ? nodes(among).map(({ name }) => name) : undefined;
    const applied = await host.run(kubectl(['apply', '-f', '-']), {
      stdin: stream(...probe(cluster, namespace, only)),
    });
    if (stoodBefore.test(applied)) await host.run(kubectl(['-n', namespace, 'delete', 'pods', '-l', label]));
    await until(host, among);
    // On a new cluster it may not be up yet; whether it answers is told by those who ask it.
    await within(30, host, async () => (await host.read(rolledOut('kube-system', nameServer(cluster)))).length === 0);
    await reachEachOther(host, among);
    await host.run(kubectl(['delete', 'namespace', namespace, ...notWaiting(cluster)]));
    const proof = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: record, namespace: 'kube-system' },
      data: { nodes: subject ? await withProved(context) : nodeNames(cluster), at: new Date().toISOString() },
    };
    await host.run(kubectl(['apply', '-f', '-']), { stdin: stream(proof) });
  },
};

/** Nodes whose network was proved, by name and in order. */
async function proved({ host }: CheckContext): Promise<string[]> {
  const found = await host.read(
    apiObject<{ data?: Record<string, string> }>(['-n', 'kube-system', 'configmap', record]),
  );
  return found?.data?.['nodes']?.split(' ') ?? [];
}

/** Those that were proved before, and those that the run is about. */
async function withProved(context: CheckContext): Promise<string> {
  const { cluster, subject } = context;
  const own = concerned(nodes(cluster), subject).map(({ name }) => name);
  return [...new Set([...(await proved(context)), ...own])].sort().join(' ');
}

/** Whatever the order of the spec is. */
const nodeNames = (cluster: Cluster): string =>
  nodes(cluster)
    .map(({ name }) => name)
    .sort()
    .join(' ');

/**
 * Waits for the pods, for two minutes at most of a few hosts as usual. The controller makes no more than 20 pods a second,
 * with whatever else it has to do (kube-controller-manager --kube-api-qps).
 */
async function until(host: Host, cluster: Cluster): Promise<void> {
  const limit = patientSeconds(cluster, 120 + Math.floor(nodes(cluster).length / 10));
  const look = (): Promise<string[]> => host.read(rolledOut(namespace, 'daemonset/probe'));
  await within(limit, host, async () => (await look()).length === 0);
  const missing = await look();
  if (missing.length > 0)
    throw new Error(
      `the pods of the network proof did not start on every node of ${cluster.name}: ${missing.join('; ')}`,
    );
}

/**
 * Each pod asks the next node's pod at each of its addresses, and the service by name and, where it has one of each family,
 * at its addresses, as a name is answered with either; the last one asks the first.
 */
async function reachEachOther(host: Host, cluster: Cluster): Promise<void> {
  const pods = await host.read(placedPods(namespace, label));
  const places = new Set(pods.map(({ node }) => node));
  const without = nodes(cluster).find(({ name }) => !places.has(name));
  if (without) throw new Error(`${without.name} has no pod of the network proof`);
  const { reach } = networkProbe(cluster);
  const families = podSubnets(cluster).length;
  const service = families > 1 ? await serviceAddresses(host, families) : [];
  const name = `probe.${namespace}.svc.${cluster.networking.dnsDomain}`;
  const questions = pods.flatMap((pod, index) => {
    const next = addressesOf(pods[(index + 1) % pods.length]!, families);
    return [...next, name, ...service].map((place) => ({ pod: pod.name, place: `${inUrl(place)}:8080` }));
  });
  await abreast(questions, channels, ({ pod, place }) =>
    host.run(kubectl(['-n', namespace, 'exec', pod, '--', ...reach(place)])),
  );
}

function addressesOf({ node, addresses }: PlacedPod, families: number): readonly string[] {
  if (addresses.length >= families) return addresses;
  throw new Error(`the pod on ${node} has ${addresses.join(', ') || 'no address'}, and not one of each family`);
}

async function serviceAddresses(host: Host, families: number): Promise<string[]> {
  const found = await host.read(apiObject<{ spec: { clusterIPs?: string[] } }>(['-n', namespace, 'service', 'probe']));
  const addresses = found?.spec.clusterIPs ?? [];
  if (addresses.length < families)
    throw new Error(
      `the service of the network proof has ${addresses.join(', ') || 'no address'}, and not one of each family`,
    );
  return addresses;
}
