import { FactUnknown, type Fact, type Output } from './fact.js';
import { sh } from './sh.js';

const certificates =
  '--cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key';

export interface EtcdStatus {
  readonly endpoint: string;
  readonly memberId: string;
  /** Zero while there is none. */
  readonly leader: string;
  readonly dbSize: number;
}

/** etcdctl's words where the other side is what fails, and not itself. */
const unanswered = /deadline exceeded|connection refused|connection error|no route to host|unavailable/i;

/** Status of each endpoint that answers, as one member sees them. */
export const etcdStatus = (endpoints: readonly string[]): Fact<EtcdStatus[]> => ({
  command: `etcdctl ${certificates} --command-timeout=3s ${sh`--endpoints=${endpoints.join(',')}`} endpoint status -w json`,
  codes: [0, 1],
  parse(output) {
    const text = output.stdout.trim();
    if (!text.startsWith('[') && output.code === 1) return onlyUnanswered(output, []);
    // Member ids are 64-bit numbers, more than JavaScript's hold: they are kept as text.
    const exact = text.replace(/("(?:member_id|leader)":)(\d+)/g, '$1"$2"');
    return (JSON.parse(exact) as RawStatus[]).map(({ Endpoint, Status }) => ({
      endpoint: Endpoint,
      memberId: Status.header.member_id,
      leader: Status.leader ?? '0',
      dbSize: Status.dbSize,
    }));
  },
});

interface RawStatus {
  Endpoint: string;
  Status: { header: { member_id: string }; leader?: string; dbSize: number };
}

/** Names of the members in the cluster's own list; undefined when no member answers. */
export const etcdMembers = (endpoint: string): Fact<string[] | undefined> => ({
  command: `etcdctl ${certificates} --command-timeout=3s ${sh`--endpoints=${endpoint}`} member list -w json`,
  codes: [0, 1],
  parse: (output) =>
    output.code === 0
      ? (JSON.parse(output.stdout) as { members: { name?: string }[] }).members.map(({ name }) => name ?? '')
      : onlyUnanswered(output, undefined),
});

function onlyUnanswered<T>(output: Output, nobody: T): T {
  if (unanswered.test(output.stderr + output.stdout)) return nobody;
  throw new FactUnknown(`etcdctl exited ${output.code}: ${output.stderr.trim().split('\n').at(-1) ?? ''}`, output);
}

/** Succeeds while every member answers, asked as an API server does. */
export const etcdHealth = (endpoints: readonly string[]): string =>
  `etcdctl --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/apiserver-etcd-client.crt --key=/etc/kubernetes/pki/apiserver-etcd-client.key --command-timeout=3s ${sh`--endpoints=${endpoints.join(',')}`} endpoint health`;
