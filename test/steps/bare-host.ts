import { answer, type Fact, type Output } from '../../src/facts/fact.js';
import { describedBundle } from '../described-bundle.js';

/** What the registry tells: the one thing that a bare host can find out. */
export const bundle = describedBundle('deb/debian-13/runc_1.1-1_amd64.deb');

const notFound = 'Id=x.service\nLoadState=not-found\nActiveState=inactive\n';

/** By a part of the command, what a Debian just installed prints and exits with. */
const answers: readonly (readonly [part: string, stdout: string, code?: number])[] = [
  ['say user', 'user=0\nend=reached\n'],
  ['clock=', 'machine=\nclock=1790000000000\n'],
  ['df -Pk', '/var/lib /dev/vda1 20000000 \n'],
  ['digest=$(printf', JSON.stringify(bundle)],
  ['http_code', '000', 7],
  ['matchpathcon', 'off\n'],
  ['echo absent', 'absent\n'],
  ['kubectl --kubeconfig', '', 78],
  ['containerd.sock', ''],
  ['docker.sock', ''],
  ['sysctl -e', ''],
  ['stat -fc %T', 'cgroup2fs\n'],
  ['systemd-detect-virt -cq; case $? in 0) echo container', '000001ffffffffff\nmachine\n'],
  [
    '.swap',
    ['zramswap', 'zram-config', 'dphys-swapfile'].map((name) => `Id=${name}.service\nUnitFileState=\n`).join('\n'),
  ],
  ['-p LoadState', Array.from({ length: 5 }, () => notFound).join('\n')],
  ['systemctl show', 'ActiveState=inactive\nUnitFileState=\nActiveEnterTimestamp=\n'],
  ['dpkg-query', 'deb\ndpkg amd64 install installed 1.22.22\n'],
  ['VERSION_ID', 'debian-13\nx86_64\n'],
  ['firewalld', ''],
  ['/proc/swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'],
  ['kha-fsync', '812\n'],
  ['openssl', ''],
  ['getent', ''],
  ['ip -o -4', '1: lo    inet 127.0.0.1/8 scope host lo\n'],
  ['tcpdump', '', 3],
  ['loaded', 'overlay\nbr_netfilter\n'],
  ['sha256sum', ''],
  ['ls -A', ''],
  ['do if present', ''],
];

/** No file of any key pair, and no certificate that anybody signed. */
const noPairs = (command: string): string =>
  [...command.matchAll(/echo '?pair ([^';]+)/g)]
    .map(([, name]) => `pair ${name}\npublic\nabsent\nprivate\nabsent\n`)
    .join('') + 'end\n';

/** Answers a fact as a bare host does; a program that it does not have is not found. */
export function ofBareHost<T>(fact: Fact<T>): T {
  if (fact.command.endsWith('echo end')) return answer(fact, { code: 0, stdout: noPairs(fact.command), stderr: '' });
  const found = answers.find(([part]) => fact.command.includes(part));
  const missing: Output = { code: 127, stdout: '', stderr: 'sh: 1: not found' };
  return answer(fact, found ? { code: found[2] ?? 0, stdout: found[1], stderr: '' } : missing);
}
