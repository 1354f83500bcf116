import type { Cluster, Machine } from '../../cluster/cluster.js';
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

/** 112 and 4 at IANA. /etc/protocols calls another one ipip, 94. */
const protocols: Readonly<Record<string, string>> = { vrrp: 'vrrp', ipip: '4' };

/**
 * What firewalld needs: a set of the cluster’s hosts, a policy that lets them in where they ask something, and one for
 * what pods send and receive, which hosts forward. Policies count before zones, whatever interface a packet comes by, and
 * leave the zones themselves alone (firewalld.policy(5), firewalld.ipset(5)). Pods reach their own host as without one.
 */
export function firewalldParts(cluster: Cluster, machine: Machine): Loaded[] {
  const pods = cluster.networking.podSubnet;
  const wanted = openings(cluster, machine);
  const rules = wanted
    .filter(({ asked }) => asked === 'by hosts')
    .map(({ protocol, port }) => ({
      xml: `<source ipset="${names.members}"/>${port === undefined ? `<protocol value="${protocols[protocol]}"/>` : `<port port="${port}" protocol="${protocol}"/>`}`,
      told: `source ipset="${names.members}" ${port === undefined ? `protocol value="${protocols[protocol]}"` : `port port="${port}" protocol="${protocol}"`}`,
    }));
  const ports = wanted.filter(({ asked }) => asked === 'by anybody');
  const source = { xml: `<source address="${pods}"/>`, told: `source address="${pods}"` };
  const destination = { xml: `<destination address="${pods}"/>`, told: `destination address="${pods}"` };
  return [
    {
      name: names.members,
      kind: 'ipset',
      file: document('ipsets', names.members, [
        '<ipset type="hash:net">',
        ...cluster.hosts.map(({ address }) => `  <entry>${address}</entry>`),
        '</ipset>',
      ]),
      told: cluster.hosts.map(({ address }) => address),
    },
    policy(names.hosts, 'HOST', [...rules, source], ports),
    policy(names.pods, 'ANY', [source, destination], []),
  ];
}

function policy(
  name: string,
  egress: string,
  rules: readonly { readonly xml: string; readonly told: string }[],
  ports: readonly Opening[],
): Loaded {
  return {
    name,
    kind: 'policy',
    file: document('policies', name, [
      '<policy target="CONTINUE">',
      '  <ingress-zone name="ANY"/>',
      `  <egress-zone name="${egress}"/>`,
      ...ports.map(({ port, protocol }) => `  <port port="${port}" protocol="${protocol}"/>`),
      ...rules.map(({ xml }) => `  <rule family="ipv4">${xml}<accept/></rule>`),
      '</policy>',
    ]),
    told: [
      ...ports.map(({ port, protocol }) => `${port}/${protocol}`),
      ...rules.map(({ told }) => `rule family="ipv4" ${told} accept`),
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
  const pods = cluster.networking.podSubnet;
  return [
    ...wanted
      .filter(({ asked }) => asked === 'by anybody')
      .map(({ port, protocol }) => `ufw allow ${port}/${protocol}`),
    ...others.flatMap(({ address }) => [
      ...['tcp', 'udp'].flatMap((protocol) =>
        ports(protocol) === '' ? [] : [`ufw allow from ${address} to any port ${ports(protocol)} proto ${protocol}`],
      ),
      ...asked.flatMap(({ port, protocol }) =>
        port === undefined ? [`ufw allow from ${address} proto ${protocol}`] : [],
      ),
    ]),
    `ufw allow from ${pods}`,
    `ufw route allow from ${pods}`,
    `ufw route allow to ${pods}`,
  ];
}
