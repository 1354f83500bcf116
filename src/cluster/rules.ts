import { addOnProblems } from './add-ons.js';
import { loginAddress, type Cluster } from './cluster.js';
import { endpointProblems, portProblems } from './endpoint-rules.js';
import { authorityProblems } from './given-authorities.js';
import { fileProblems } from './file-rules.js';
import { folderProblems } from './folder-rules.js';
import { networkProblems } from './network-rules.js';
import { nodeProblems } from './node-settings.js';
import { unwaivable, waivable } from './preflight-problems.js';
import { repeats } from './repeats.js';
import { controlPlanes, etcdHosts, vipCarriers } from './roles.js';
import { error, warning, type Rule, type RuleProblem } from './rule-problem.js';
import { usualRoot } from './usual-folders.js';
import { isSeed } from './seed-profile.js';
import { seedProfile } from './seed-versions.js';
import { seedProblems } from './seed-rules.js';
import { sizeProblems } from './size-rules.js';
import { sourceProblems } from './source-rules.js';
import { isSupported, supportedVersions } from './versions.js';

export type { RuleProblem } from './rule-problem.js';

/** Every rule between fields that the spec breaks. */
export const ruleProblems = (cluster: Cluster): RuleProblem[] =>
  [
    uniqueHosts,
    logins,
    sizeProblems,
    version,
    seedProblems,
    sourceProblems,
    roles,
    etcd,
    endpointProblems,
    portProblems,
    networkProblems,
    proxies,
    waivers,
    fileProblems,
    nodeProblems,
    containers,
    folderProblems,
    addOnProblems,
    authorityProblems,
  ].flatMap((rule) => rule(cluster));

export const uniqueHosts = ({
  hosts,
}: {
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly secondaryAddress?: string | undefined;
  }[];
}): RuleProblem[] =>
  (['name', 'address', 'secondaryAddress'] as const).flatMap((field) =>
    repeats(hosts.map((host) => host[field])).map(({ index, first, value }) =>
      error(['hosts', index, field], `the same ${field} as hosts[${first}]`, value, `a ${field} of its own`),
    ),
  );

/** Two hosts at one place to log in are one host; behind bastions of their own the same address may be two. */
const logins: Rule = ({ hosts, ssh }) =>
  repeats(
    hosts.map((host) => JSON.stringify([loginAddress(host), host.ssh?.port ?? ssh.port, host.ssh?.jump ?? ssh.jump])),
  ).flatMap(({ index, first }) => {
    const [host, before] = [hosts[index]!, hosts[first]!];
    // The same node address twice is told by itself.
    return before.address === host.address
      ? []
      : [
          error(
            ['hosts', index, 'ssh', 'address'],
            `logins go where those of hosts[${first}] go`,
            loginAddress(host),
            'an address or a port of its own',
          ),
        ];
  });

const version: Rule = ({ kubernetesVersion, profile }) =>
  isSeed({ profile }) || kubernetesVersion === seedProfile || isSupported(kubernetesVersion)
    ? []
    : [error(['kubernetesVersion'], 'this version is not supported', kubernetesVersion, supportedVersions)];

const roles: Rule = (cluster) => {
  const problems: RuleProblem[] = [];
  if (controlPlanes(cluster).length === 0)
    problems.push(
      error(
        ['hosts'],
        'no host has the role control-plane',
        `${cluster.hosts.length} hosts`,
        'one control plane at least, three for high availability',
      ),
    );
  for (const [index, host] of cluster.hosts.entries()) {
    if (new Set(host.roles).size < host.roles.length)
      problems.push(error(['hosts', index, 'roles'], 'a role stands twice', host.roles.join(', '), 'every role once'));
    if (host.vipInterface !== undefined && !vipCarriers(cluster).includes(host))
      problems.push(
        error(
          ['hosts', index, 'vipInterface'],
          `${host.name} does not carry the virtual address`,
          host.vipInterface,
          'no such field, or a host that carries it',
        ),
      );
    if (cluster.controlPlaneEndpoint.type !== 'vip' && host.roles.includes('load-balancer')) {
      problems.push(
        error(
          ['hosts', index, 'roles'],
          `an endpoint of type ${cluster.controlPlaneEndpoint.type} needs no hosts for load balancers`,
          'load-balancer',
          'controlPlaneEndpoint.type vip, or no such role',
        ),
      );
    }
  }
  return problems;
};

const etcd: Rule = (cluster) => {
  const members = etcdHosts(cluster).length;
  if (members === 1)
    return [warning(['hosts'], 'one etcd member: the cluster is lost with its host', '1 member', '3 or 5')];
  if (members % 2 === 0 && members > 0)
    return [
      warning(
        ['hosts'],
        'an even number of etcd members bears no more failures than one less',
        `${members} members`,
        `${members - 1} or ${members + 1}`,
      ),
    ];
  return members > 7
    ? [warning(['hosts'], 'more than seven etcd members only slow each other', `${members} members`, '3, 5 or 7')]
    : [];
};

/** The spec stands in the run's history, and containerd's unit in everybody's `systemctl show`. */
const proxies: Rule = ({ proxies = { noProxy: [] } }) =>
  (['http', 'https'] as const).flatMap((key) => {
    const value = proxies[key];
    if (value === undefined || !/^https?:/.test(value)) return [];
    const { username, password } = new URL(value);
    if (username === '' && password === '') return [];
    const problem = error(
      ['proxies', key],
      'a user or password in the URL would be read by whoever may read the spec or the run’s history',
      'a URL with a user or password',
      'put the whole URL into a file or variable where the worker runs, and write file:PATH or env:NAME here',
    );
    return [{ ...problem, secret: true }];
  });

/** What containers may do under SELinux hangs on labels, which the policy has for the usual folder (container-selinux). */
const containers: Rule = ({ containerd, selinux }) =>
  selinux === 'enforcing' && containerd.root !== usualRoot
    ? [
        error(
          ['containerd', 'root'],
          'SELinux enforces, and has labels for containers under /var/lib/containerd only',
          containerd.root,
          'selinux: permissive, or a disk of its own mounted there',
        ),
      ]
    : [];

const waivers: Rule = ({ preflight, gates }) => [
  ...preflight.waive.flatMap((name, index) => {
    if (waivable.includes(name)) return [];
    const why = unwaivable(name);
    const message = why ? `${name} cannot be waived: ${why}` : 'preflight knows no problem of this name';
    return [error(['preflight', 'waive', index], message, name, waivable.join(', '))];
  }),
  ...repeats(gates).map(({ index, value }) =>
    error(['gates', index], 'this gate stands twice', value, 'every gate once'),
  ),
];
