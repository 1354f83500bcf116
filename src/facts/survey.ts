import { architectures, knownSystem, type Family } from '../cluster/systems.js';
import type { Fact } from './fact.js';
import { moduleIsThere, possibleModules } from './kernel.js';
import { present } from './sh.js';
import { systemName } from './system.js';

/** What preflight wants to know of a host, asked in one round trip. */
export interface Survey {
  readonly user: number;
  readonly init: string;
  /** Of what the host says of itself: `debian-13`, `rocky-9`; and its architecture, `amd64`. Others as they say. */
  readonly os: string;
  readonly arch: string;
  /** Architecture of its packages by the programs that it has for them: `{ deb: 'amd64' }`. */
  readonly packages: Readonly<Partial<Record<Family, string>>>;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly hostName: string;
  readonly addresses: readonly string[];
  /** TCP ports that something listens on. */
  readonly ports: readonly number[];
  readonly swaps: readonly string[];
  readonly cgroup: string;
  /** Controllers of the unified hierarchy that the host has for its containers; none on version 1. */
  readonly controllers: readonly string[];
  readonly absentModules: readonly string[];
  /** Seconds that looking up the host's own name took, and whether it was found. */
  readonly ownName: { readonly seconds: number; readonly found: boolean };
  /** Files of a cluster that are there. */
  readonly leftovers: readonly string[];
  /** Name of the cluster that claimed the host; empty when none did. */
  readonly claim: string;
  readonly absentTools: readonly string[];
  readonly selinux: string;
  /** DNS servers in /etc/resolv.conf. */
  readonly nameservers: readonly string[];
}

const tools = [
  'curl',
  'tar',
  'sed',
  'ip',
  'ss',
  'ping',
  'sysctl',
  'modprobe',
  'sha256sum',
  'openssl',
  'systemd-run',
  'base64',
  'mount',
];
const leftovers = [
  '/etc/kubernetes/manifests/kube-apiserver.yaml',
  '/etc/kubernetes/admin.conf',
  '/etc/kubernetes/kubelet.conf',
  '/var/lib/etcd/member',
  '/etc/kubernetes/pki/ca.key',
];

export const survey: Fact<Survey> = {
  command: [
    `${present}say() { printf "%s=%s\\n" "$1" "$2"; }`,
    'say user "$(id -u)"; say init "$(cat /proc/1/comm)"; say arch "$(uname -m)"; say cpus "$(nproc)"',
    `say os "$(${systemName})"`,
    `say memory "$(sed -n 's/^MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo)"`,
    'if command -v dpkg >/dev/null; then say deb "$(dpkg --print-architecture)"; fi',
    'if command -v rpm >/dev/null; then say rpm "$(rpm --eval %_arch)"; fi',
    'say host "$(uname -n)"; say cgroup "$(stat -fc %T /sys/fs/cgroup)"',
    'for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do say controller "$controller"; done',
    "ip -o -4 addr show | sed -n 's/.* inet \\([0-9.]*\\).*/address=\\1/p'",
    "ss -Hltn | sed -n 's/^[^ ]* *[^ ]* *[^ ]* *[^ ]*:\\([0-9]*\\) .*/port=\\1/p' | sort -u",
    'tail -n +2 /proc/swaps | while read -r device rest; do say swap "$device"; done',
    `${moduleIsThere}for module in ${possibleModules.join(' ')}; do loaded "$module" || grep -qs "/$module.ko" "/lib/modules/$(uname -r)/modules.dep" || say module "$module"; done`,
    'begun=$(date +%s%3N); if timeout 2 getent ahostsv4 "$(uname -n)" >/dev/null; then say name yes; else say name no; fi; say took "$(( $(date +%s%3N) - begun ))"',
    `for path in ${leftovers.join(' ')}; do if present "$path"; then say leftover "$path"; fi; done`,
    'if present /var/lib/kha/cluster; then claim=$(cat /var/lib/kha/cluster) || exit; say claim "$claim"; fi',
    `for tool in ${tools.join(' ')}; do if ! command -v "$tool" >/dev/null; then say tool "$tool"; fi; done`,
    "sed -n 's/^nameserver[[:space:]]*/nameserver=/p' /etc/resolv.conf",
    'if [ -e /sys/fs/selinux/enforce ]; then say selinux "$(cat /sys/fs/selinux/enforce)"; fi',
    'say end reached',
  ].join('\n'),
  parse({ stdout }) {
    const pairs = stdout
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
    const all = (key: string): string[] => pairs.filter(([name]) => name === key).map(([, value]) => value ?? '');
    const one = (key: string): string => all(key)[0] ?? '';
    if (one('end') === '') throw new Error('the survey broke off');
    return {
      user: Number(one('user')),
      init: one('init'),
      os: knownSystem(one('os'))?.name ?? one('os'),
      arch: architecture(one('arch')),
      packages: {
        ...(one('deb') && { deb: one('deb') }),
        ...(one('rpm') && { rpm: architecture(one('rpm')) }),
      },
      cpus: Number(one('cpus')),
      memoryMb: Math.floor(Number(one('memory')) / 1024),
      hostName: one('host'),
      addresses: all('address'),
      ports: all('port').map(Number),
      swaps: all('swap'),
      cgroup: one('cgroup'),
      controllers: all('controller'),
      absentModules: all('module'),
      ownName: { seconds: Number(one('took')) / 1000, found: one('name') === 'yes' },
      leftovers: all('leftover'),
      claim: one('claim'),
      absentTools: all('tool'),
      selinux: one('selinux'),
      nameservers: all('nameserver'),
    };
  },
};

const architecture = (named: string): string => architectures[named] ?? named;
