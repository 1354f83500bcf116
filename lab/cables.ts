import { familyOf } from '../src/cluster/ip.js';
import {
  bridge,
  hostsOf,
  linkName,
  loginAddress,
  loginBridge,
  network,
  network6,
  type Lab,
  type LabHost,
} from './lab.js';

/** A network of the lab: its bridge, and the address that this machine has there. */
export interface Switch {
  readonly bridge: string;
  readonly gateway: string;
  /** The same of IPv6. */
  readonly secondaryGateway?: string;
}

/** A host's cable: this machine's end, the interface in the host, and the address there. */
export interface Cable extends Switch {
  readonly link: string;
  readonly device: string;
  readonly address: string;
  readonly secondaryAddress?: string;
}

export function switches(lab: Lab): Switch[] {
  const own = {
    bridge: bridge(lab),
    gateway: lab.ipv6 ? `${network6(lab)}:1` : `${network(lab)}.1`,
    ...(lab.dualStack ? { secondaryGateway: `${network6(lab)}:1` } : {}),
  };
  return lab.loginNetwork ? [own, { bridge: loginBridge(lab), gateway: loginAddress(own.gateway) }] : [own];
}

/** The cluster's cable first; what the host does not know leaves by the last one, as where administrators have their own network. */
export const cables = (lab: Lab, { name, address, secondaryAddress }: Omit<LabHost, 'role'>): Cable[] =>
  switches(lab).map((one, index) => ({
    ...one,
    link: index === 0 ? linkName(lab, name) : `${linkName(lab, name)}-l`,
    device: `eth${index}`,
    address: index === 0 ? address : loginAddress(address),
    ...(index === 0 && secondaryAddress !== undefined ? { secondaryAddress } : {}),
  }));

export const allCables = (lab: Lab): Cable[] => hostsOf(lab).flatMap((host) => cables(lab, host));

/** How ip(8) is told to give an interface these addresses. */
export const addressing = (device: string, addresses: readonly (string | undefined)[]): string[][] =>
  addresses.flatMap((address) => {
    if (address === undefined) return [];
    if (familyOf(address) === 4) return [['addr', 'add', `${address}/24`, 'dev', device]];
    // Nobody else can have it, and a host would wait for a second until it may use it.
    return [['addr', 'add', `${address}/64`, 'dev', device, 'nodad']];
  });

/** What ip(8) is told in a host of one cable's end. */
export const plugged = ({ device, address, secondaryAddress }: Cable): string[][] => [
  ...addressing(device, [address, secondaryAddress]),
  ['link', 'set', device, 'up'],
];

/** The same once all of them are plugged in. */
export function leaving(ends: readonly Cable[]): string[][] {
  const ways = [ends.at(-1)!.gateway, ends[0]!.secondaryGateway].filter((one) => one !== undefined);
  return [
    ['link', 'set', 'lo', 'up'],
    ...ways.map((way) => [...(familyOf(way) === 6 ? ['-6'] : []), 'route', 'replace', 'default', 'via', way]),
  ];
}
