/** How packages are made and kept: `deb` by dpkg and apt, `rpm` by rpm and dnf. */
export type Family = 'deb' | 'rpm';

/** A release of a distribution that kha has packages and steps for. */
export interface KnownSystem {
  /** As a bundle’s folders name it: ID and VERSION_ID of /etc/os-release (os-release(5)), without a minor release. */
  readonly name: string;
  readonly family: Family;
  /** The tests of kha install on it. On the others its facts and steps were only tried against their programs. */
  readonly tested: boolean;
}

const system = (family: Family, name: string, tested = false): KnownSystem => ({ name, family, tested });

/**
 * Debian and Ubuntu write a release as 13 and 24.04; the rebuilds of RHEL, and RHEL itself, write 9.6, of which only the 9
 * counts: packages of one major release install on each of its minor ones (Red Hat’s application compatibility guide).
 */
export const systems: readonly KnownSystem[] = [
  system('deb', 'debian-12', true),
  system('deb', 'debian-13', true),
  system('deb', 'ubuntu-22.04'),
  system('deb', 'ubuntu-24.04'),
  ...['rocky', 'almalinux', 'rhel'].flatMap((id) => ['9', '10'].map((version) => system('rpm', `${id}-${version}`))),
];

/** The system that calls itself so, `rocky-9.6` or `debian-13`; undefined where kha knows none. */
export const knownSystem = (named: string): KnownSystem | undefined =>
  systems.find(({ name }) => named === name || named.startsWith(`${name}.`));

export type Architecture = 'amd64' | 'arm64';

/** Architectures by what the kernel calls itself (uname -m): as bundles and Debian name them. rpm says as the kernel does. */
export const architectures: Readonly<Record<string, Architecture>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** What only those hosts need that carry the API: both start as soon as they are installed. */
export const balancerPackages: readonly string[] = ['haproxy', 'keepalived'];

const everywhere = [...balancerPackages, 'nftables', 'ipset', 'socat', 'ethtool'];

/** What runs containers: today's as a program of the bundle, the seed's out of the system's own packages. */
export type Runtime = 'containerd' | 'docker';

/** Debian 13 has docker's daemon and its command line apart. */
const dockerPackages = ({ name, family }: Pick<KnownSystem, 'name' | 'family'>): readonly string[] => {
  if (family === 'rpm') return ['docker-ce'];
  return name === 'debian-13' ? ['docker.io', 'docker-cli'] : ['docker.io'];
};

/**
 * What a bare host lacks, as its own repositories name it: the load balancer, and what containerd, the kubelet and
 * kube-proxy call; or docker, which brings a containerd and runc of its own. RHEL 10 has no runc any more (Red Hat, considerations in adopting RHEL 10); there it comes as a program.
 */
export function neededPackages(
  system: Pick<KnownSystem, 'name' | 'family'>,
  runtime: Runtime = 'containerd',
): readonly string[] {
  const { name, family } = system;
  const docker = runtime === 'docker' ? dockerPackages(system) : undefined;
  if (family === 'deb') return [...everywhere, ...(docker ?? ['runc']), 'conntrack', 'iptables', 'ebtables'];
  return [
    ...everywhere,
    'conntrack-tools',
    'iptables-nft',
    'iproute-tc',
    'container-selinux',
    ...(docker ?? (name.endsWith('-10') ? [] : ['runc'])),
  ];
}
