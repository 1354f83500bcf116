import type { Cluster } from '../../cluster/cluster.js';
import { controlPlanes, etcdHosts, nodes } from '../../cluster/roles.js';
import { certificates, clientCertificates } from '../../facts/certificate.js';
import { askedCertificates, findsKubeconfigs } from '../certificates/asked-certificates.js';
import { kubeconfigs } from '../certificates/kubeconfigs.js';
import { lifetime } from '../certificates/request.js';
import { authorities, authorityHosts, ownCertificates } from '../certificates/paths.js';
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
      ...(findsKubeconfigs(cluster) ? nodes(cluster) : []),
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
    const shown =
      findsKubeconfigs(cluster) && nodes(cluster).includes(machine)
        ? kubeconfigs(cluster, machine).map(({ name }) => `/etc/kubernetes/${name}`)
        : [];
    const found = new Map([
      ...(paths.length > 0 ? await host.read(certificates(paths)) : []),
      ...(shown.length > 0 ? await host.read(clientCertificates(shown)) : []),
    ]);
    const asked = new Set([...askedCertificates(cluster, machine).map((one) => one.path), ...shown]);
    return [...paths, ...shown].flatMap((path) => {
      const certificate = found.get(path);
      // A kubelet with a signer of its own names a file; the super administrator’s may be kept elsewhere.
      if (!certificate) return shown.includes(path) ? [] : [`${path} is not there`];
      const days = Math.floor((certificate.expires - Date.now()) / day);
      if (days < soon && days >= 0) warn(`${path} ends in ${days} days${asked.has(path) ? renewedBy(cluster) : ''}`);
      return days < 0 ? [`${path} ended ${-days} days ago`] : [];
    });
  },
};

/** Of a certificate that somebody outside signs. */
const renewedBy = (cluster: Cluster): string =>
  `; kha install asks for another one from ${Math.ceil(lifetime(cluster).renewal / day)} days before its end on`;
