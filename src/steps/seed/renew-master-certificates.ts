import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes } from '../../cluster/roles.js';
import { certificates, clientCertificates } from '../../facts/certificate.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { useOf } from '../certificates/asked-certificates.js';
import { makeCertificates } from '../certificates/make-certificates.js';
import { ownCertificates, sharedCertificates, type OwnCertificate } from '../certificates/paths.js';
import { endingWords, lifetime } from '../certificates/request.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { byAlphaPhase, byOpenssl } from './making.js';
import { kubeconfigPath, kubeconfigPhases, renewing, showRenewed } from './renewal.js';

/**
 * kubeadm 1.9 has no command that renews: what it made lasts a year, and it leaves alone what is there. All of a master is made
 * anew once any of it nears its end, by the phases that made it, and who reads a certificate at its start only is started again.
 */
export const renewMasterCertificates: Step = {
  name: 'renewMasterCertificates',
  does: 'Make anew what near its end the master’s programs show each other, and start them again, one master after another',
  on: controlPlanes,
  pace: { atMost: 1 },
  retry: 'edit',
  needs: ['certificates'],
  check: ending,
  async apply({ cluster, host }) {
    const { machine } = host;
    await host.run(sh`mkdir -p -m 0700 ${renewing}`);
    for (const one of sharedCertificates) await makeCertificates(host, [one], byAlphaPhase(one.phase));
    for (const one of ownCertificates(cluster, machine))
      await makeCertificates(host, [one], byOpenssl({ ...one, ...useOf(cluster, machine, one.phase) }));
    await host.runUnit(showRenewed(cluster, machine));
  },
  async verify(context) {
    const missing = await ending(context);
    return missing.length > 0 ? missing : servesApi(context.host, context.cluster);
  },
};

const signed = (cluster: Cluster, machine: Machine): OwnCertificate[] => [
  ...sharedCertificates,
  ...ownCertificates(cluster, machine),
];

/** What of a master that stands ends soon, in words; nothing of one that is only about to begin. */
async function ending({ cluster, host }: CheckContext): Promise<string[]> {
  const kubeconfigs = kubeconfigPhases.map(kubeconfigPath);
  const [unfinished, laid, shown] = await Promise.all([
    host.read(existing([renewing])),
    host.read(certificates(signed(cluster, host.machine).map(({ path }) => path))),
    host.read(clientCertificates(kubeconfigs)),
  ]);
  if (unfinished.length > 0) return ['the master’s certificates were being made anew'];
  if (!shown.has(kubeconfigPath('admin'))) return [];
  const { renewal } = lifetime(cluster);
  return [...laid, ...shown].flatMap(([path, { expires }]) => {
    const words = endingWords(expires, renewal);
    return words === undefined ? [] : [`${path} ${words}`];
  });
}
