import { clientCertificates, type Certificate } from '../../facts/certificate.js';
import { existing } from '../../facts/files.js';
import { quote, sh } from '../../facts/sh.js';
import type { CheckContext } from '../step.js';
import type { AskedCertificate } from './asked-certificates.js';
import type { Lacking } from './lacking-certificates.js';
import { endingWords, lifetime } from './request.js';

const folder = '/etc/kubernetes';
const away = `${folder}/kha/away`;

/** The static pods that read a kubeconfig once, when they start, and the ports that they listen at. */
const readers: Readonly<Record<string, readonly [pod: string, port: number]>> = {
  'controller-manager.conf': ['kube-controller-manager', 10257],
  'scheduler.conf': ['kube-scheduler', 10259],
};

/**
 * Of the certificates that kubeconfigs of a node that stands were made with: those that near their end, and those that are
 * signed already and were not put into their kubeconfigs yet, as kha was cut off. What a kubeconfig only names a file of is
 * renewed by somebody else, and one that is gone was moved away on purpose.
 */
export async function endingKubeconfigs(
  { cluster, host }: CheckContext,
  wanted: readonly AskedCertificate[],
): Promise<Lacking<AskedCertificate>[]> {
  if (wanted.length === 0) return [];
  const [shown, laid] = await Promise.all([
    host.read(clientCertificates(wanted.map(({ name }) => `${folder}/${name}`))),
    host.read(existing(wanted.map(({ path }) => path))),
  ]);
  const { renewal } = lifetime(cluster);
  return wanted.flatMap((certificate) => {
    const path = `${folder}/${certificate.name}`;
    const there: Certificate | undefined = shown.get(path);
    if (!there) return [];
    if (laid.includes(certificate.path)) return [{ certificate, words: `${path} was being renewed` }];
    const ending = endingWords(there.expires, renewal);
    return ending === undefined ? [] : [{ certificate, words: `${path} ${ending}` }];
  });
}

/**
 * Shell that puts what was signed, and its key, into kubeconfigs that are there, starts again who reads each, and takes what was
 * signed away as its last act: whatever ends it before, that one is done again. Pods of the node go on meanwhile.
 */
export const renewKubeconfigs = (renewed: readonly AskedCertificate[]): string =>
  ['set -eu; umask 077', ...renewed.flatMap((one) => ['(', ...renewal(one).map((line) => `  ${line}`), ')'])].join(
    '\n',
  );

function renewal({ name, pair }: AskedCertificate): string[] {
  const path = `${folder}/${name}`;
  const reader = readers[name];
  const replace = (field: string): string => `"s|^\\( *client-${field}-data:\\).*|\\1 $${field}|"`;
  return [
    sh`certificate=$(base64 -w 0 ${pair.public}); key=$(base64 -w 0 ${pair.private})`,
    // On standard input: what a program is given shows in the list of processes.
    `printf '%s\\n' ${replace('certificate')} ${replace('key')} | sed -f - ${quote(path)} >${quote(`${path}.new`)}`,
    sh`sync ${`${path}.new`}; mv -fT ${`${path}.new`} ${path}; sync ${path}`,
    ...(reader ? restart(...reader) : []),
    ...(name === 'kubelet.conf' ? ['systemctl restart kubelet.service'] : []),
    sh`rm -f ${pair.private} ${pair.public}`,
  ];
}

/** As kubeadm has it for renewed certificates: the manifest is taken away until the pod has ended (kubernetes.io, Certificate Management with kubeadm). */
function restart(pod: string, port: number): string[] {
  const manifest = `${folder}/manifests/${pod}.yaml`;
  const kept = `${away}/${pod}.yaml`;
  return [
    sh`back() { if [ -e ${kept} ] && [ ! -e ${manifest} ]; then mv -fT ${kept} ${manifest}; sync ${manifest}; fi; }`,
    "trap back EXIT; trap 'exit 1' INT TERM",
    sh`mkdir -p -m 0700 ${away}; if [ -e ${manifest} ]; then mv -fT ${manifest} ${kept}; fi`,
    sh`for try in $(seq 240); do if ! ss -Hltn ${`sport = :${port}`} | grep -q .; then gone=yes; break; fi; sleep 0.5; done`,
    sh`if [ -z "\${gone:-}" ]; then echo ${`error: ${pod} did not stop within two minutes`} >&2; exit 1; fi`,
    'back',
  ];
}
