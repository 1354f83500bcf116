import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { onHost, sshArguments } from './access.js';
import { kubectlPath } from './bundle.js';
import { isRunning } from './host.js';
import { hostNamed, hostsOf, labFile, labNamed, type Lab } from './lab.js';
import { holds } from '../src/engine/run-program.js';

/** A program of this machine with which one works on a lab. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function sshTo(name: string, host: string, words: readonly string[]): Promise<Program> {
  const lab = await labNamed(name);
  return { command: 'ssh', args: [...sshArguments(lab, hostNamed(lab, host)), ...words] };
}

/** kubectl with the cluster's own kubeconfig, which is fetched when there is none yet or it is another cluster's by now. */
export async function kubectlOn(name: string, args: readonly string[]): Promise<Program> {
  const lab = await labNamed(name);
  const kubectl = await kubectlPath(lab, () => undefined);
  const kubeconfig = labFile(lab, 'kubeconfig');
  const works =
    existsSync(kubeconfig) &&
    (await holds(kubectl, ['--kubeconfig', kubeconfig, '--request-timeout', '5s', 'get', '--raw', '/version']));
  if (!works) await fetchKubeconfig(lab, kubeconfig);
  // kubectl remembers below its user's home what an API at an address has, and labs of other releases have that address again.
  return { command: kubectl, args, env: { KUBECONFIG: kubeconfig, HOME: labFile(lab) } };
}

async function fetchKubeconfig(lab: Lab, file: string): Promise<void> {
  for (const host of hostsOf(lab).filter(({ role }) => role === 'control-plane')) {
    if (!(await isRunning(lab, host.name))) continue;
    const content = await onHost(
      lab,
      host,
      'if [ -e /etc/kubernetes/admin.conf ]; then cat /etc/kubernetes/admin.conf; fi',
    );
    // An endpoint of type local is the host's own.
    const server = `server: https://${host.address}:6443`;
    if (content !== '')
      return writeFile(file, content.replace(/server: https:\/\/127\.0\.0\.1:.*/, server), { mode: 0o600 });
  }
  throw new Error(
    `no running control plane of lab ${lab.name} has a cluster yet; install one with: kha install ${labFile(lab, 'cluster.yaml')}`,
  );
}
