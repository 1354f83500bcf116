import { addOnsOf } from './add-ons.js';
import type { Cluster } from './cluster.js';
import { canonical } from './digest.js';
import { keylessFields } from './given-authorities.js';

/** What a change of one field does to a cluster that stands. */
export interface Standing {
  /**
   * `refused`: nothing takes it up there, or half of it would be. `applied`: the next install makes it so. `told`: that
   * too, with something left for a person. `kha`: how kha goes about its work, which takes it up at once. `hosts`:
   * compared host by host (host-differences.ts).
   */
  readonly change: 'refused' | 'applied' | 'told' | 'kha' | 'hosts';
  /** Why it is refused, what is left for a person, or the step that applies it. */
  readonly why: string;
  /** What would do it; of `refused` only. */
  readonly instead?: string;
  /** Only such a change is refused or told; any other is applied. */
  readonly when?: (before: unknown, wanted: unknown) => boolean;
  /** A map that is told as one, and not key by key. */
  readonly whole?: true;
}

const refused = (why: string, instead = 'another cluster'): Standing => ({ change: 'refused', why, instead });
const applied = (why: string): Standing => ({ change: 'applied', why });
const told = (why: string): Standing => ({ change: 'told', why });
const kha: Standing = { change: 'kha', why: 'kha reads it at every run' };
const byHost: Standing = { change: 'hosts', why: 'see host-differences.ts' };

/** Of add-ons that make a network, or of the list of them: the same ones may come in another version, or from elsewhere. */
function namesOf(cni: unknown): string | undefined {
  const all = Array.isArray(cni)
    ? (cni as Cluster['addons'])
    : (cni as { addons?: Cluster['addons'] } | undefined)?.addons;
  return all === undefined
    ? canonical(cni)
    : addOnsOf({ addons: all })
        .map(({ name }) => name)
        .join();
}

const once = 'it is fixed when the cluster is made';
const address = 'every certificate and kubeconfig of the cluster names it';
const programs = 'what runs keeps the programs of the old bundle until it is restarted';
/** Rolling settings out over nodes that stand is a later issue's. */
export const rollOut = 'kha apply, which will roll it out over the nodes that stand (not built yet)';

/**
 * Every field of the spec, or the map or list that it is in. test/cluster/standing-fields.test.ts proves that none is
 * missing, and docs/spec.md tells people.
 */
export const standingFields: Readonly<Record<string, Standing>> = {
  apiVersion: refused('it says how the file is read'),
  kind: refused('it says how the file is read'),
  name: refused('hosts, certificates and runs are marked with it'),
  kubernetesVersion: refused('an install does not upgrade', 'kha upgrade VERSION (not built yet)'),
  profile: refused('it says how everything of the cluster is made'),
  unsafe: kha,
  'hosts[].name': byHost,
  'hosts[].address': byHost,
  'hosts[].secondaryAddress': byHost,
  'hosts[].roles': byHost,
  'hosts[].ssh': kha,
  'hosts[].vipInterface': applied('configureKeepalived'),
  'hosts[].pool': byHost,
  'hosts[].site': kha,
  'hosts[].labels': byHost,
  'hosts[].annotations': byHost,
  'hosts[].taints': byHost,
  'hosts[].kubelet': byHost,
  pools: byHost,
  'controlPlaneEndpoint.type': refused(address),
  'controlPlaneEndpoint.vip': refused(address),
  'controlPlaneEndpoint.port': refused(address),
  'controlPlaneEndpoint.host': refused(address),
  'controlPlaneEndpoint.virtualRouterId': applied('configureKeepalived'),
  'controlPlaneEndpoint.interface': applied('configureKeepalived'),
  'apiServer.certSANs': {
    ...told('certificates of the API stay good for a name that is no longer asked for'),
    when: (before, wanted) => {
      const names = addOnsOf({ addons: wanted as Cluster['addons'] }).map(({ name }) => name);
      return addOnsOf({ addons: before as Cluster['addons'] }).some(({ name }) => !names.includes(name));
    },
  },
  // The rest createCertificateAuthorities reads: it makes none anew, and refuses another than the hosts have.
  certificates: {
    ...refused('whether the key of an authority is on the hosts is fixed when the cluster is made'),
    whole: true,
    when: (before, wanted) =>
      keylessFields(before as Cluster['certificates']).join() !==
      keylessFields(wanted as Cluster['certificates']).join(),
  },
  'source.registry.address': refused(
    'static pods, CoreDNS and kube-proxy would keep the images of the old one',
    rollOut,
  ),
  'source.registry.plainHttp': applied('configureContainerd'),
  'source.registry.ca': applied('configureContainerd'),
  'source.registry.credentials': applied('configureContainerd'),
  'source.registry.bundle': told(programs),
  'source.registry.digest': told(programs),
  'source.registry.images': kha,
  'source.file.path': kha,
  'source.file.key': kha,
  'source.file.unsigned': kha,
  // Of another kind of source, the one that is wanted tells.
  'source.file.digest': { ...told(programs), when: (_, wanted) => wanted !== undefined },
  'source.internet.lock': { ...told(programs), whole: true, when: (_, wanted) => wanted !== undefined },
  'source.internet.architectures': kha,
  'source.internet.ca': applied('configureContainerd'),
  'source.internet.mirrors': {
    ...told(
      'what is no longer named stays in /etc/containerd/certs.d, unless images of the cluster itself come from there',
    ),
    whole: true,
    when: (before, wanted) =>
      wanted !== undefined && Object.keys(before ?? {}).some((name) => !(name in (wanted as object))),
  },
  ssh: kha,
  'networking.podSubnet': refused(once),
  'networking.serviceSubnet': refused(once),
  'networking.dnsDomain': refused(once),
  'networking.cni': {
    ...refused('pods that run keep the network that they were made with'),
    when: (before, wanted) => namesOf(before) !== namesOf(wanted),
  },
  'networking.calico.encapsulation': refused('Calico reads it once, when it makes its address pool'),
  'networking.calico.mtu': refused('Calico’s pods read it when they start', rollOut),
  'networking.kubeProxyMode': refused('kube-proxy keeps the mode that it was made with', rollOut),
  kubelet: refused('kubelets keep the settings that they joined with', rollOut),
  'etcd.tls': refused('members and API servers would no longer hear each other'),
  'etcd.dataDir': refused('its members’ data lie there'),
  'etcd.quotaBackendBytes': {
    ...refused(
      'a member goes on with the quota that it has, and only another value is given to it',
      'another value: etcd’s own is 2147483648',
    ),
    when: (_, wanted) => wanted === undefined,
  },
  'containerd.root': refused('images and containers lie there', rollOut),
  kubeadm: refused('kubeadm wrote it into the manifests and settings of nodes that stand', rollOut),
  patches: refused('kubeadm applied them when the nodes were made', rollOut),
  files: refused('what reads a file of nodes that stand reads it when it starts', rollOut),
  gates: kha,
  patience: applied('configureHaproxy, configureKeepalived and installCalico'),
  taskQueue: kha,
  addons: {
    ...told(
      'what is no longer named stays in the cluster; delete it with: kubectl delete -f /etc/kubernetes/kha/add-ons/NAME.yaml',
    ),
    when: (before, wanted) => {
      const names = addOnsOf({ addons: wanted as Cluster['addons'] }).map(({ name }) => name);
      return addOnsOf({ addons: before as Cluster['addons'] }).some(({ name }) => !names.includes(name));
    },
  },
  proxies: {
    ...refused('nothing takes containerd’s proxies away', 'proxies: {}, which empties them'),
    when: (_, wanted) => wanted === undefined,
  },
  firewall: {
    ...told('what was opened stays open; close it with firewall-cmd or ufw'),
    when: (_, wanted) => wanted === 'named',
  },
  selinux: {
    ...told('hosts stay permissive; set SELINUX=enforcing in /etc/selinux/config and restart them one by one'),
    when: (_, wanted) => wanted === 'enforcing',
  },
  'preflight.waive': kha,
};
