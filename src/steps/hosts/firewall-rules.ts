import type { Cluster, Machine } from '../../cluster/cluster.js';
import { addressesOf, podSubnets, primaryFamily } from '../../cluster/families.js';
import { familyOf, type Family } from '../../cluster/ip.js';
import { openings, type Opening } from '../../cluster/ports.js';
import type { WantedFile } from '../wanted-file.js';

/** Managers that kha can open ports in, by the names that facts/firewalls.ts gives them. */
export const managed: readonly string[] = ['firewalld', 'ufw'];

/** A part of firewalld’s configuration: its file, and what firewalld tells of it once it is loaded. */
interface Loaded {
  readonly name: string;
  readonly kind: 'policy' | 'ipset';
  readonly file: WantedFile;
  readonly told: readonly string[];
}

const names = { members: 'kha-members', hosts: 'kha-hosts', pods: 'kha-pods' };
/** A set of firewalld has addresses of one family. */
const membersOf = (family: Family): string => (family === 4 ? names.members : `${names.members}-ipv6`);

/** 112 and 4 at IANA. /etc/protocols calls another one ipip, 94. */
const protocols: Readonly<Record<string, string>> = { vrrp: 'vrrp', ipip: '4' };

/**
 * What firewalld needs: a set of the cluster’s hosts, a policy that lets them in where they ask something, and one for
 * what pods send and receive, which hosts forward. Policies count before zones, whatever interface a packet comes by, and
 * leave the zones themselves alone (firewalld.policy(5), firewalld.ipset(5)). Pods reach their own host as without one.
 */
export function firewalldParts(cluster: Cluster, machine: Machine): Loaded[] {
  const pods = podSubnets(cluster);
  const wanted = openings(cluster, machine);
  const rules = pods.flatMap((subnet) =>
    wanted
      .filter((one) => one.asked === 'by hosts' && isOf(cluster, familyOf(subnet), one))
      .map((one) => fromHosts(familyOf(subnet), one)),
  );
  const ports = wanted.filter(({ asked }) => asked === 'by anybody');
  const at = (end: 'source' | 'destination'): Rule[] =>
    pods.map((subnet) => ({
      family: familyOf(subnet),
      xml: `<${end} address="${subnet}"/>`,
      told: `${end} address="${subnet}"`,
    }));
  return [
    ...pods.map((subnet) => members(cluster, familyOf(subnet))),
    policy(names.hosts, 'HOST', [...rules, ...at('source')], ports),
    policy(names.pods, 'ANY', [...at('source'), ...at('destination')], []),
  ];
}

/** A rule of a policy, in its file and as firewalld tells it. */
interface Rule {
  readonly family: Family;
  readonly xml: string;
  readonly told: string;
}

/** VRRP and IP in IP are the first family’s here; whatever has a port may be asked for at both addresses of a host. */
const isOf = (cluster: Cluster, family: Family, { port }: Opening): boolean =>
  family === primaryFamily(cluster) || port !== undefined;

function fromHosts(family: Family, { protocol, port }: Opening): Rule {
  const set = membersOf(family);
  return port === undefined
    ? {
        family,
        xml: `<source ipset="${set}"/><protocol value="${protocols[protocol]}"/>`,
        told: `source ipset="${set}" protocol value="${protocols[protocol]}"`,
      }
    : {
        family,
        xml: `<source ipset="${set}"/><port port="${port}" protocol="${protocol}"/>`,
        told: `source ipset="${set}" port port="${port}" protocol="${protocol}"`,
      };
}

function members(cluster: Cluster, family: Family): Loaded {
  const addresses = cluster.hosts.flatMap(addressesOf).filter((address) => familyOf(address) === family);
  return {
    name: membersOf(family),
    kind: 'ipset',
    file: document('ipsets', membersOf(family), [
      '<ipset type="hash:net">',
      ...(family === 6 ? ['  <option name="family" value="inet6"/>'] : []),
      ...addresses.map((address) => `  <entry>${address}</entry>`),
      '</ipset>',
    ]),
    told: addresses,
  };
}

function policy(name: string, egress: string, rules: readonly Rule[], ports: readonly Opening[]): Loaded {
  return {
    name,
    kind: 'policy',
    file: document('policies', name, [
      '<policy target="CONTINUE">',
      '  <ingress-zone name="ANY"/>',
      `  <egress-zone name="${egress}"/>`,
      ...ports.map(({ port, protocol }) => `  <port port="${port}" protocol="${protocol}"/>`),
      ...rules.map(({ family, xml }) => `  <rule family="ipv${family}">${xml}<accept/></rule>`),
      '</policy>',
    ]),
    told: [
      ...ports.map(({ port, protocol }) => `${port}/${protocol}`),
      ...rules.map(({ family, told }) => `rule family="ipv${family}" ${told} accept`),
    ],
  };
}

const document = (folder: string, name: string, lines: readonly string[]): WantedFile => ({
  path: `/etc/firewalld/${folder}/${name}.xml`,
  content: [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<!-- written by kha, which puts back what is changed here -->',
    ...lines,
    '',
  ].join('\n'),
});

/**
 * The same for ufw, as it writes rules itself (`ufw show added`): a rule for each of the other hosts, as it knows no sets.
 * It knows no IP in IP either, and VRRP since 0.36.2: what it refuses is told by its own error.
 */
export function ufwCommands(cluster: Cluster, machine: Machine): string[] {
  const wanted = openings(cluster, machine);
  const asked = wanted.filter(({ asked }) => asked === 'by hosts');
  const ports = (protocol: string): string =>
    asked
      .flatMap((one) => (one.protocol === protocol && one.port !== undefined ? [one.port] : []))
      .sort((one, other) => one - other)
      .join(',');
  const others = cluster.hosts.filter((one) => one !== machine);
  const pods = podSubnets(cluster);
  return [
    ...wanted
      .filter(({ asked }) => asked === 'by anybody')
      .map(({ port, protocol }) => `ufw allow ${port}/${protocol}`),
    ...others
      .flatMap(addressesOf)
      .flatMap((address) => [
        ...['tcp', 'udp'].flatMap((protocol) =>
          ports(protocol) === '' ? [] : [`ufw allow from ${address} to any port ${ports(protocol)} proto ${protocol}`],
        ),
        ...asked.flatMap(({ port, protocol }) =>
          port === undefined && familyOf(address) === primaryFamily(cluster)
            ? [`ufw allow from ${address} proto ${protocol}`]
            : [],
        ),
      ]),
    ...pods.flatMap((subnet) => [
      `ufw allow from ${subnet}`,
      `ufw route allow from ${subnet}`,
      `ufw route allow to ${subnet}`,
    ]),
  ];
}
