import type { Cluster, Machine } from '../../cluster/cluster.js';
import { isKeyless, keylessAuthorities, type GivenAuthority } from '../../cluster/given-authorities.js';
import { isNode } from '../../cluster/roles.js';
import type { Usage } from '../requests.js';
import { authorityFile, kubeconfigs, signedFolder } from './kubeconfigs.js';
import { ownCertificates, pki, type OwnCertificate } from './paths.js';

/** A certificate of a host's own that somebody else signs, as the authority's key stays away. */
export interface AskedCertificate extends OwnCertificate {
  /** What its request is called: the certificate's name of kubeadm, or the kubeconfig that it is for. */
  readonly name: string;
  readonly signer: GivenAuthority;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly usages: readonly Usage[];
  readonly isOfKubeconfig: boolean;
}

type Use = Pick<AskedCertificate, 'commonName' | 'organizations' | 'usages'>;

const client = (commonName: string, ...organizations: string[]): Use => ({
  commonName,
  organizations,
  usages: ['clientAuth'],
});

/** What kubeadm makes certificates for, by its phase (kubeadm, phases/certs/certlist.go; kubernetes.io, PKI certificates). */
export function useOf(cluster: Cluster, machine: Machine, phase: string): Use {
  const member: Use = { commonName: machine.name, organizations: [], usages: ['serverAuth', 'clientAuth'] };
  // Since v1.37 a binding of kubeadm's names the user; older patch releases know the group only.
  const groups = /^v1\.3[56]\./.test(cluster.kubernetesVersion) ? ['kubeadm:cluster-admins'] : [];
  const uses: Readonly<Record<string, Use>> = {
    apiserver: { commonName: 'kube-apiserver', organizations: [], usages: ['serverAuth'] },
    'apiserver-kubelet-client': client('kube-apiserver-kubelet-client', ...groups),
    'front-proxy-client': client('front-proxy-client'),
    'apiserver-etcd-client': client('kube-apiserver-etcd-client'),
    'etcd-server': member,
    'etcd-peer': member,
    'etcd-healthcheck-client': client('kube-etcd-healthcheck-client'),
  };
  const use = uses[phase];
  if (!use) throw new Error(`kha does not know what the certificate of kubeadm’s phase ${phase} is for`);
  return use;
}

/** Which of a host's certificates are not its own to make. */
const signerOf = (cluster: Cluster, { authority }: OwnCertificate): GivenAuthority | undefined =>
  keylessAuthorities(cluster).find(({ name }) => authority === `${pki}/${name}.crt`);

/** Certificates that a host makes for itself, with the key of the authority. */
export const madeCertificates = (cluster: Cluster, machine: Machine): OwnCertificate[] =>
  ownCertificates(cluster, machine).filter((one) => signerOf(cluster, one) === undefined);

/** Certificates that a host asks for, and those that its kubeconfigs are made with among them. */
export function askedCertificates(cluster: Cluster, machine: Machine): AskedCertificate[] {
  const own = ownCertificates(cluster, machine).flatMap((one): AskedCertificate[] => {
    const signer = signerOf(cluster, one);
    if (!signer) return [];
    const use = useOf(cluster, machine, one.phase);
    // etcd's own tools ask it by this name.
    const names = one.phase === 'etcd-server' || one.phase === 'etcd-peer' ? [...one.names, 'localhost'] : one.names;
    return [{ ...one, ...use, names: [...new Set(names)], name: one.phase, signer, isOfKubeconfig: false }];
  });
  const signer = keylessAuthorities(cluster).find(({ name }) => name === 'ca');
  if (!signer || !isNode(machine)) return own;
  return [
    ...own,
    ...kubeconfigs(cluster, machine).map(({ name, user, groups }): AskedCertificate => {
      const place = `${signedFolder}/${name}`;
      return {
        ...client(user, ...groups),
        name,
        phase: name,
        path: `${place}.crt`,
        pair: { name, public: `${place}.crt`, private: `${place}.key` },
        authority: authorityFile,
        names: [],
        signer,
        isOfKubeconfig: true,
      };
    }),
  ];
}

/** Whether kubeadm finds kubeconfigs on nodes, as it cannot make any: nobody signs what kubelets ask for either. */
export const findsKubeconfigs = (cluster: Cluster): boolean => isKeyless(cluster, 'ca');
