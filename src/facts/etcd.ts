import { FactUnknown, type Fact, type Output } from './fact.js';
import { sh } from './sh.js';

const certificates =
  '--cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key';
const asApiServer =
  '--cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/apiserver-etcd-client.crt --key=/etc/kubernetes/pki/apiserver-etcd-client.key';

/** Which API etcdctl speaks: until v3.4 its own was the second (etcd.io, etcdctl), and newer ones do not know the variable. */
export type Api = 'own' | '3';

/** etcdctl for these endpoints; members that speak plain HTTP ask for no certificate. */
const client = (endpoints: readonly string[], proof: string, api: Api = 'own'): string => {
  const program = api === '3' ? 'ETCDCTL_API=3 etcdctl' : 'etcdctl';
  const isPlain = endpoints[0]?.startsWith('http://');
  return `${program}${isPlain ? '' : ` ${proof}`} --command-timeout=3s ${sh`--endpoints=${endpoints.join(',')}`}`;
};

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
export const etcdStatus = (endpoints: readonly string[], api?: Api): Fact<EtcdStatus[]> => ({
  command: `${client(endpoints, certificates, api)} endpoint status -w json`,
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

export interface EtcdMember {
  /** Hexadecimal, as `etcdctl member remove` takes it. */
  readonly id: string;
  /** Empty while it has never started. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  /** Does not vote yet. */
  readonly learner: boolean;
}

interface RawMember {
  ID: string;
  name?: string;
  peerURLs?: string[];
  clientURLs?: string[];
  isLearner?: boolean;
}

/** The cluster's own list of its members; undefined when the member asked does not answer or knows no leader. */
export const etcdMembers = (endpoint: string, api?: Api): Fact<EtcdMember[] | undefined> => ({
  command: `${client([endpoint], certificates, api)} member list -w json`,
  codes: [0, 1],
  parse(output) {
    if (output.code !== 0) return onlyUnanswered(output, undefined);
    const exact = output.stdout.replace(/("ID":)(\d+)/g, '$1"$2"');
    return (JSON.parse(exact) as { members: RawMember[] }).members.map((member) => ({
      id: hexadecimal(member.ID),
      name: member.name ?? '',
      peerUrls: member.peerURLs ?? [],
      clientUrls: member.clientURLs ?? [],
      learner: member.isLearner ?? false,
    }));
  },
});

/** Whether any API server ever wrote something; the members are asked as an API server does. */
export const apiServerData = (endpoints: readonly string[]): Fact<'some' | 'none' | 'silent'> => ({
  command: `${client(endpoints, asApiServer)} get /registry/ --prefix --keys-only --limit=1`,
  codes: [0, 1],
  parse(output) {
    if (output.code !== 0) return onlyUnanswered(output, 'silent');
    return output.stdout.trim() === '' ? 'none' : 'some';
  },
});

function onlyUnanswered<T>(output: Output, nobody: T): T {
  if (unanswered.test(output.stderr + output.stdout)) return nobody;
  throw new FactUnknown(`etcdctl exited ${output.code}: ${output.stderr.trim().split('\n').at(-1) ?? ''}`, output);
}

/** A member's id as etcdctl takes it on its command line. */
export const hexadecimal = (id: string): string => BigInt(id).toString(16);

/** etcdctl as the member of this host, told to ask itself. */
export const etcdctl = `etcdctl ${certificates} --endpoints=https://127.0.0.1:2379 --command-timeout=5s`;

/** Succeeds while every member answers, asked as an API server does. */
export const etcdHealth = (endpoints: readonly string[], api?: Api): string =>
  `${client(endpoints, asApiServer, api)} endpoint health`;
