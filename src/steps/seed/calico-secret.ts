import type { Cluster } from '../../cluster/cluster.js';
import { secretCertificate } from '../../facts/certificate.js';
import { apiObject, kubectl } from '../../facts/kubectl.js';
import { pki } from '../certificates/paths.js';
import { endingWords, lifetime } from '../certificates/request.js';
import type { Asked, Host } from '../host.js';
import { namespace } from './calico-roles.js';

/** Where Calico's pods find what they show to an etcd that asks for it. */
export const etcdSecret = 'calico-etcd-secrets';
/** On the pods, which read it when they start: of the certificate that they were started for, when it ends. */
const mark = 'kubernetes-ha.io/etcd-certificate-ends';
const workloads = ['daemonset/calico-node', 'deployment/calico-kube-controllers'];
const certificate = secretCertificate(namespace, etcdSecret, 'etcd-cert');

interface Marked {
  readonly items: readonly {
    readonly spec: {
      readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
    };
  }[];
}
const marked = apiObject<Marked>(['-n', namespace, ...workloads]);

/** What keeps Calico from proving itself to etcd, today or soon, in words. */
export async function lackingSecret(cluster: Cluster, host: Asked): Promise<string[]> {
  const [there, found] = [await host.read(certificate), await host.read(marked)];
  if (!there) return [`secret ${etcdSecret} is not in the cluster`];
  const ending = endingWords(there.expires, lifetime(cluster).renewal);
  if (ending !== undefined) return [`the certificate in secret ${etcdSecret} ${ending}`];
  const old = found?.items.some(({ spec }) => spec.template.metadata.annotations?.[mark] !== String(there.expires));
  return old === false ? [] : ['pods of Calico may have read another certificate at their start'];
}

/** What the API server shows to etcd, from the host's own files into the API: kha never holds it. */
const create = `${kubectl([
  '-n',
  namespace,
  'create',
  'secret',
  'generic',
  etcdSecret,
  `--from-file=etcd-ca=${pki}/etcd/ca.crt`,
  `--from-file=etcd-cert=${pki}/apiserver-etcd-client.crt`,
  `--from-file=etcd-key=${pki}/apiserver-etcd-client.key`,
  '--dry-run',
  '-o',
  'yaml',
])} | ${kubectl(['apply', '-f', '-'])}`;

/** Lays it, before there is a pod, or with an end that is near, again. */
export async function laySecret(cluster: Cluster, host: Host): Promise<void> {
  const there = await host.read(certificate);
  if (!there || endingWords(there.expires, lifetime(cluster).renewal) !== undefined) await host.run(create);
}

/** Has pods start again, a node at a time, that were started for another certificate. */
export async function showSecret(host: Host): Promise<void> {
  const there = await host.read(certificate);
  if (!there) throw new Error(`secret ${etcdSecret} is gone`);
  const patch = JSON.stringify({
    spec: { template: { metadata: { annotations: { [mark]: String(there.expires) } } } },
  });
  for (const workload of workloads) await host.run(kubectl(['-n', namespace, 'patch', workload, '-p', patch]));
}
