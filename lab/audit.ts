import { etcdMembers } from '../src/facts/etcd.js';
import { run } from '../src/engine/run-program.js';
import { onHost } from './access.js';
import { authoritiesOnHost, compareAuthorities, type Authorities } from './authorities.js';
import { etcdJournal, outagesOn, together, type Outage } from './etcd-outages.js';
import { hostsOf, labNamed, type LabHost } from './lab.js';
import { kubectlOn } from './programs.js';

export interface Audit {
  /** Transient units of kubeadm commands, as the hosts' journals tell them, with their exit codes (none: it never ended). */
  readonly kubeadm: readonly { readonly host: string; readonly unit: string; readonly exit?: number }[];
  readonly etcdMembers: readonly string[];
  readonly readyNodes: readonly string[];
  /** To compare with an audit made later: see `replaced`. */
  readonly authorities: Authorities;
  readonly etcdOutages: readonly Outage[];
  /** What should not be so; empty after any install, whatever was broken under it. */
  readonly problems: readonly string[];
}

/**
 * Asks a lab's hosts themselves, not kha: each kubeadm command ended well once, nothing is half-written,
 * every node Ready, every certificate from the one authority of its kind, and never two etcd members away at once.
 */
export async function audit(name: string): Promise<Audit> {
  const lab = await labNamed(name);
  const having = (...roles: LabHost['role'][]): LabHost[] => hostsOf(lab).filter(({ role }) => roles.includes(role));
  const hosts = having('control-plane', 'worker');
  const members = lab.etcd > 0 ? having('etcd') : having('control-plane');
  const ask = (host: LabHost, command: string): Promise<string> => onHost(lab, host, command);
  const problems: string[] = [];

  const kubeadm = (
    await Promise.all(hosts.map(async (host) => unitsOn(host.name, await ask(host, startedUnits))))
  ).flat();
  for (const { name: host } of hosts) {
    const well = kubeadm.filter((one) => one.host === host && one.exit === 0);
    if (well.length !== 1)
      problems.push(`${host}: kubeadm ended well ${well.length} times: ${well.map(({ unit }) => unit).join(', ')}`);
  }
  for (const host of hosts) {
    const stopped = (await ask(host, stoppedUnits)).split('\n').filter(Boolean);
    problems.push(...stopped.map((unit) => `${host.name}: ${unit} was stopped, and nobody cancelled`));
    const halfWritten = (await ask(host, unfinished)).split('\n').filter(Boolean);
    problems.push(...halfWritten.map((path) => `${host.name}: ${path} is half-written`));
  }
  const { command, args, env } = await kubectlOn(name, [
    'get',
    'nodes',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  ]);
  const readyNodes = (await run(command, args, env ? { env } : {}))
    .split('\n')
    .filter((line) => line.endsWith(' True'))
    .map((line) => line.split(' ')[0] ?? '');
  const list =
    lab.profile === undefined ? etcdMembers('https://127.0.0.1:2379') : etcdMembers('http://127.0.0.1:2379', '3');
  const listed = (list.parse({ code: 0, stdout: await ask(members[0]!, list.command), stderr: '' }) ?? []).map(
    (member) => member.name + (member.learner ? ' (a learner)' : ''),
  );
  const differ = (what: string, wanted: readonly LabHost[], found: readonly string[]): void => {
    const names = wanted.map((host) => host.name).sort();
    if ([...found].sort().join() !== names.join())
      problems.push(`${what}: ${found.join(', ') || 'none'} instead of ${names.join(', ')}`);
  };
  differ('etcd members', members, listed);
  differ('Ready nodes', hosts, readyNodes);

  const everybody = [...new Set([...hosts, ...members])];
  const said = await Promise.all(
    everybody.map(async (host) => [host.name, await ask(host, authoritiesOnHost)] as const),
  );
  const authorities = compareAuthorities(new Map(said));
  const etcdOutages = (
    await Promise.all(members.map(async (host) => outagesOn(host.name, await ask(host, etcdJournal))))
  ).flat();
  problems.push(...authorities.problems, ...together(etcdOutages));
  return { kubeadm, etcdMembers: listed, readyNodes, authorities: authorities.found, etcdOutages, problems };
}

/** A line a start: the unit's name and what its folder says of its end; a folder put aside belongs to one that never ended. */
const startedUnits = `journalctl -o cat _PID=1 | sed -n 's/^Started \\(kha-[^ ]*-\\(initControlPlane\\|joinControlPlane\\|joinWorker\\|initMaster\\|joinWithToken\\)-[^ ]*\\)\\.service.*/\\1/p' | while read -r unit; do echo "$unit $(cat /var/lib/kha/units/$unit/run/exit 2>/dev/null)"; done`;

/** Units that were stopped before they ended: only a person's cancel may do that, and no fault is one. */
const stoppedUnits = "journalctl -o cat _PID=1 | sed -n 's/^Stopping \\(kha-[^ ]*\\)\\.service.*/\\1/p'";

/** Temporary names of atomic writes, and empty files where none may be empty. */
const unfinished =
  "find /etc /usr/bin /var/lib/kha -xdev -name '.kha.*'; find /etc/kubernetes /etc/containerd /etc/haproxy /etc/keepalived -type f -size 0 2>/dev/null; true";

/** Starts of one unit but the last were lost with their host's power: its folder tells of the last. */
const unitsOn = (host: string, text: string): Audit['kubeadm'] => {
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line, index) => {
    const [unit = '', exit = ''] = line.split(' ');
    return { host, unit, ...(!/^\d+$/.test(exit) || lines.lastIndexOf(line) !== index ? {} : { exit: Number(exit) }) };
  });
};
