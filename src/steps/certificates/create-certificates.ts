import { controlPlanes, etcdHosts } from '../../cluster/roles.js';
import { certificates } from '../../facts/certificate.js';
import { sh } from '../../facts/sh.js';
import { certificateConfiguration } from '../control-plane/write-kubeadm-documents.js';
import type { CheckContext, Step } from '../step.js';
import { ownCertificates, type OwnCertificate } from './paths.js';

export const createCertificates: Step = {
  name: 'createCertificates',
  does: 'Make the host’s own certificates from the shared authorities',
  on: (cluster) => [...new Set([...controlPlanes(cluster), ...etcdHosts(cluster)])],
  pace: 'all at once',
  retry: 'edit',
  // Each host copies before it makes its own; the first one has nothing to copy.
  needs: ['first certificate authorities'],
  gives: 'certificates',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    for (const { certificate } of await lacking(context)) {
      const { path, phase } = certificate;
      // kubeadm refuses to replace a certificate whose names are wrong, so the old pair goes first.
      await context.host.run(
        sh`rm -f ${[path, path.replace(/crt$/, 'key')]} && kubeadm init phase certs ${phase} --config ${certificateConfiguration}`,
      );
    }
  },
};

async function lacking({ cluster, host }: CheckContext): Promise<{ certificate: OwnCertificate; words: string }[]> {
  const wanted = ownCertificates(cluster, host.machine);
  const found = await host.read(certificates(wanted.map(({ path }) => path)));
  return wanted.flatMap((certificate) => {
    const { path, names } = certificate;
    const there = found.get(path);
    if (!there) return [{ certificate, words: `${path} is not there` }];
    if (there.expires < Date.now()) return [{ certificate, words: `${path} has expired` }];
    const unnamed = names.filter((name) => !there.names.includes(name));
    return unnamed.length > 0 ? [{ certificate, words: `${path} is not good for ${unnamed.join(', ')}` }] : [];
  });
}
