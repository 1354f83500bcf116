import { controlPlanes, etcdHosts } from '../../cluster/roles.js';
import { certificates } from '../../facts/certificate.js';
import { authorities, ownCertificates } from '../certificates/paths.js';
import type { Step } from '../step.js';

const day = 86_400_000;
/** Days before its end at which a certificate deserves a warning. */
const soon = 30;

export const checkCertificates: Step = {
  name: 'checkCertificates',
  does: 'Look at the dates of the host’s certificates',
  on: (cluster) => [...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)])],
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificates'],
  async check({ cluster, host, warn }) {
    const paths = [
      ...authorities(cluster, host.machine)
        .map((one) => one.public)
        .filter((path) => path.endsWith('.crt')),
      ...ownCertificates(cluster, host.machine).map(({ path }) => path),
    ];
    const found = await host.read(certificates(paths));
    return paths.flatMap((path) => {
      const certificate = found.get(path);
      if (!certificate) return [`${path} is not there`];
      const days = Math.floor((certificate.expires - Date.now()) / day);
      if (days < soon && days >= 0) warn(`${path} ends in ${days} days`);
      return days < 0 ? [`${path} ended ${-days} days ago`] : [];
    });
  },
};
