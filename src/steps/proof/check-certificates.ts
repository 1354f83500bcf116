import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, nodes } from '../../cluster/roles.js';
import { isSeed } from '../../cluster/seed-profile.js';
import { certificates, clientCertificates } from '../../facts/certificate.js';
import { askedCertificates, findsKubeconfigs } from '../certificates/asked-certificates.js';
import { kubeconfigs } from '../certificates/kubeconfigs.js';
import { lifetime } from '../certificates/request.js';
import { authorities, authorityHosts, ownCertificates, sharedCertificates } from '../certificates/paths.js';
import type { Step } from '../step.js';

const day = 86_400_000;
/** Days before its end at which a certificate deserves a warning. */
const soon = 30;

export const checkCertificates: Step = {
  name: 'checkCertificates',
  does: 'Look at the dates of the host’s certificates',
  on: (cluster) => [
    ...new Set([
      ...controlPlanes(cluster),
      ...etcdHosts(cluster),
      // Others renew what their kubelets show by themselves.
      ...showing(cluster),
    ]),
  ],
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificates'],
  async check({ cluster, host, warn }) {
    const { machine } = host;
    const paths = [
      ...(authorityHosts(cluster).includes(machine) ? authorities(cluster, machine) : [])
        .map((one) => one.public)
        .filter((path) => path.endsWith('.crt')),
      ...ownCertificates(cluster, machine).map(({ path }) => path),
    ];
    const shown = showing(cluster).includes(machine)
      ? kubeconfigs(cluster, machine).map(({ name }) => `/etc/kubernetes/${name}`)
      : [];
    const found = new Map([
      ...(paths.length > 0 ? await host.read(certificates(paths)) : []),
      ...(shown.length > 0 ? await host.read(clientCertificates(shown)) : []),
    ]);
    const renewed = new Set([
      ...askedCertificates(cluster, machine).map((one) => one.path),
      ...(isSeed(cluster) ? [...sharedCertificates, ...ownCertificates(cluster, machine)].map(({ path }) => path) : []),
      ...shown,
    ]);
    return [...paths, ...shown].flatMap((path) => {
      const certificate = found.get(path);
      // A kubelet with a signer of its own names a file; the super administrator’s may be kept elsewhere.
      if (!certificate) return shown.includes(path) ? [] : [`${path} is not there`];
      const days = Math.floor((certificate.expires - Date.now()) / day);
      if (days < soon && days >= 0) warn(`${path} ends in ${days} days${renewed.has(path) ? renewedBy(cluster) : ''}`);
      return days < 0 ? [`${path} ended ${-days} days ago`] : [];
    });
  },
};

/** Hosts whose kubeconfigs nobody else renews. */
const showing = (cluster: Cluster): readonly Machine[] => {
  if (isSeed(cluster)) return controlPlanes(cluster);
  return findsKubeconfigs(cluster) ? nodes(cluster) : [];
};

/** Of a certificate that somebody outside signs, and of one that kubeadm 1.9 has no command to renew. */
const renewedBy = (cluster: Cluster): string =>
  `; kha install ${isSeed(cluster) ? 'makes another one' : 'asks for another one'} from ${Math.ceil(lifetime(cluster).renewal / day)} days before its end on`;
