/** How Rocky Linux 9, and Docker’s own repository for it, call what Debian 12 calls otherwise, as far as somebody asks for it by name. */
const names: Readonly<Record<string, string>> = {
  conntrack: 'conntrack-tools',
  containerd: 'containerd.io',
  'docker.io': 'docker-ce',
  iptables: 'iptables-nft',
  iproute2: 'iproute',
  libc6: 'glibc',
  libipset13: 'ipset-libs',
  libmnl0: 'libmnl',
  'libnetfilter-conntrack3': 'libnetfilter_conntrack',
  libnfnetlink0: 'libnfnetlink',
  libnftnl11: 'libnftnl',
  libseccomp2: 'libseccomp',
  libxtables12: 'iptables-libs',
  'openssh-client': 'openssh-clients',
  passwd: 'shadow-utils',
  'iputils-ping': 'iputils',
  procps: 'procps-ng',
};

/** Debian's manager of packages is not on such a system, and Rocky's iptables-nft has its own ebtables. */
const left = /^(apt|dpkg|libapt-pkg.*|ebtables|debconf.*|debian-archive-keyring)$/;

export const rpmName = (deb: string): string | undefined => (left.test(deb) ? undefined : (names[deb] ?? deb));

export interface RpmVersion {
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

/** Of `2:2.6.12-1+deb12u2`; a hyphen further to the left is none of an rpm's. */
export function rpmVersion(deb: string): RpmVersion {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(deb) ?? [];
  const [, version = rest, release = '1'] = /^(.*)-([^-]+)$/.exec(rest) ?? [];
  return { epoch, version: version.replaceAll('-', '.'), release };
}
