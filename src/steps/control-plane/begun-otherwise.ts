import { controlPlanes } from '../../cluster/roles.js';
import { apiServerData } from '../../facts/etcd.js';
import { existing } from '../../facts/files.js';
import { clientUrls } from '../etcd/manifest.js';
import { Refusal } from '../refusal.js';
import type { CheckContext } from '../step.js';
import { clusterDocument, configurationIn } from './kubeadm-documents.js';
import { hasCompleted } from './take-over.js';
import { initPath } from './way-in.js';

const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** What an API server puts into etcd, and nothing takes out again: fields of the spec, and where kubeadm is told of them. */
const networking = [
  ['networking.podSubnet', 'podSubnet'],
  ['networking.serviceSubnet', 'serviceSubnet'],
  ['networking.dnsDomain', 'dnsDomain'],
] as const;

const old = 'put the old value back: answer abort, correct the spec and install again';
const reset = `${old}. For the new one reset the control planes first, etcd’s data with them (kha reset is not built yet)`;

/**
 * Throws Refusal where `kubeadm init` began on this host with another network or endpoint than the spec has now, and what
 * was made with the old one would stay. What an install that never ended was told is recorded nowhere but in `document`.
 */
export async function refuseOtherBeginning(context: CheckContext, document: string): Promise<void> {
  const { cluster, host } = context;
  const before = configurationIn(document);
  if (!before || !controlPlanes(cluster).includes(host.machine)) return;
  const wanted = clusterDocument(cluster, 'local');
  const changed = networking.flatMap(([field, key]) =>
    difference(field, host.machine.name, before.networking[key], wanted.networking[key]),
  );
  if (changed.length > 0) await refuseNetworking(context, changed.join('; '));
  const endpoint = difference('endpoint', host.machine.name, before.controlPlaneEndpoint, wanted.controlPlaneEndpoint);
  // Until it has ended kubeadm init is run again, and makes every kubeconfig anew.
  if (endpoint.length > 0 && (await hasCompleted(host, 'control-plane')))
    throw new Refusal(`${endpoint.join()}; init has ended there, and its kubeconfigs name the old one`, reset);
}

const difference = (field: string, host: string, before: string, wanted: string): string[] =>
  before === wanted ? [] : [`${field} was ${before} when kubeadm init began on ${host}, and is ${wanted} in the spec`];

/**
 * With another pod network than its nodes have, the controller manager ends at every start (nodeipam, range_allocator.go);
 * an API server keeps the service network that it finds (default_servicecidr_controller.go).
 */
async function refuseNetworking({ cluster, host }: CheckContext, changed: string): Promise<void> {
  const begun = await host.read(existing([initPath, manifest]));
  if (begun.length === 0) return;
  const data = await host.read(apiServerData(clientUrls(cluster)));
  if (data === 'silent')
    throw new Refusal(
      `${changed}; etcd does not answer, so nobody can tell whether it holds anything that was made with the old one`,
      `${old}; or answer retry once etcd answers`,
    );
  if (data === 'some') throw new Refusal(`${changed}; etcd holds what was made with the old one`, reset);
  if (begun.includes(manifest))
    throw new Refusal(
      `${changed}; its API server may still start with the old one`,
      `move ${manifest} away, then answer retry; or ${old}`,
    );
}
