import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labArchitecture, system, type Architecture } from '../src/bundle/build/versions.js';
import type { Role } from '../src/cluster/roles.js';
import { stateFolder } from '../src/engine/folders.js';
import { holds } from '../src/engine/run-program.js';

export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** IPv6, in a lab of both families. */
  readonly secondaryAddress?: string;
  readonly role: Role;
}

export interface LabSize {
  readonly controlPlanes: number;
  readonly workers: number;
  /** etcd hosts of their own; without them the control planes carry it. */
  readonly etcd: number;
  /** Load balancers of their own; without them the control planes carry it. */
  readonly loadBalancers: number;
  /** Size of a disk of its own for each host, in GiB, so that one can be filled; without it they share this machine's. */
  readonly disk?: number;
  /** The registry has TLS, a path and tokens for a login, and sudo asks for a password: as careful sites have it. */
  readonly careful?: boolean;
  /** A bundle’s file, absolute: there is no registry, and the spec names this file. */
  readonly source?: string;
  /** As of a spec: hosts for the seed's own cluster. */
  readonly profile?: string;
  /** Of the workers, where it is another than the control planes’: `debian-12`. Only a bundle of `source` has its packages. */
  readonly workerSystem?: string;
  /** Of the workers, where it is another than this machine's: they are emulated. Only a bundle of `source` has its programs. */
  readonly workerArch?: Architecture;
  /** Hosts with a kernel of their own (user-mode Linux), and so with control groups of version 2; slower by far. */
  readonly vm?: boolean;
  /** A second network, in which kha logs in and the hosts have their way out; the first one is the cluster's alone. */
  readonly loginNetwork?: boolean;
  /** Debian packages that the hosts have before kha comes, with commas between. */
  readonly packages?: string;
  /** Hosts, pods and services have IPv6 addresses beside their IPv4 ones. */
  readonly dualStack?: boolean;
  /** They have no other than IPv6 addresses. */
  readonly ipv6?: boolean;
}

/** A lab as it stands in its folder: everything else follows from name, index and size. */
export interface Lab extends LabSize {
  readonly name: string;
  /** Of its network 10.200.<index>.0/24 and of the interfaces' names. */
  readonly index: number;
}

export const network = ({ index }: Lab): string => `10.200.${index}`;
/**
 * The IPv6 network beside it, without what a host’s address ends with: a /64 of unique local addresses. None of its groups is
 * zero, or an address would not be written in its shortest form.
 */
export const network6 = ({ index }: Lab): string => `fd00:10:200:${index + 1}:`;
export const registryAddress = (lab: Lab): string => `${network(lab)}.1:5000`;
/** The registry's certificate in a careful lab, signed by itself. */
export const certificateFile = (lab: Lab): string => labFile(lab, 'registry.crt');
export const virtualAddress = (lab: Lab): string => (lab.ipv6 ? `${network6(lab)}:100` : `${network(lab)}.100`);
export const bridge = ({ index }: Lab): string => `kha${index}`;
/** In labs with a login network: the same host's address there, and that network's bridge. */
export const loginAddress = (address: string): string => address.replace(/^10\.200\./, '10.201.');
export const loginBridge = (lab: Lab): string => `${bridge(lab)}-l`;
/** Where this machine logs in to a host. */
export const addressOf = (lab: Lab, { address }: LabHost): string =>
  lab.loginNetwork ? loginAddress(address) : address;
/** Name of a host's network namespace, and of this machine's end of its cable. */
export const linkName = ({ index }: Lab, host: string): string => `kha${index}-${host}`;
export const labFile = ({ name }: Lab, ...parts: readonly string[]): string => stateFolder('lab', name, ...parts);

export function hostsOf(lab: Lab): LabHost[] {
  const series = (prefix: string, count: number, from: number, role: LabHost['role']): LabHost[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `${prefix}${index + 1}`,
      address: lab.ipv6 ? `${network6(lab)}:${from + index}` : `${network(lab)}.${from + index}`,
      ...(lab.dualStack ? { secondaryAddress: `${network6(lab)}:${from + index}` } : {}),
      role,
    }));
  return [
    ...series('m', lab.controlPlanes, 11, 'control-plane'),
    ...series('w', lab.workers, 21, 'worker'),
    ...series('e', lab.etcd, 71, 'etcd'),
    ...series('lb', lab.loadBalancers, 81, 'load-balancer'),
  ];
}

/** As `cluster/systems.ts` names it. */
export const systemOf = ({ workerSystem }: Lab, { role }: LabHost): string =>
  (role === 'worker' ? workerSystem : undefined) ?? system.os;

/** What a host runs on: this machine's kernel, a kernel that is a program of this machine, or an emulated machine. */
export type Machine = 'container' | 'program' | 'emulated';

export function machineOf({ vm, workerArch }: Lab, { role }: LabHost): Machine {
  if (role === 'worker' && workerArch !== undefined && workerArch !== labArchitecture) return 'emulated';
  return vm ? 'program' : 'container';
}

/** Of a host's interface that has this address. */
export const macOf = (address: string): string =>
  ['02', '00', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');

export function hostNamed(lab: Lab, name: string): LabHost {
  const host = hostsOf(lab).find((one) => one.name === name);
  if (!host)
    throw new Error(
      `lab ${lab.name} has no host ${name}; its hosts: ${hostsOf(lab)
        .map((one) => one.name)
        .join(', ')}`,
    );
  return host;
}

export async function findLab(name: string): Promise<Lab | undefined> {
  const file = stateFolder('lab', name, 'lab.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Lab) : undefined;
}

export async function labNamed(name: string): Promise<Lab> {
  const lab = await findLab(name);
  if (!lab) throw new Error(`there is no lab ${name}; start it with: kha lab up --name ${name}`);
  return lab;
}

/** The lab of that name, or a new one on the first network that no lab and no other bridge has. */
export async function makeLab(name: string, size: LabSize): Promise<Lab> {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name))
    throw new Error(`a lab's name is lower-case letters, digits and hyphens, 31 at most, not ${JSON.stringify(name)}`);
  const found = await findLab(name);
  if (found) return found;
  const taken = await Promise.all(
    (existsSync(stateFolder('lab')) ? await readdir(stateFolder('lab')) : []).map((other) => findLab(other)),
  );
  for (let index = 0; index < 100; index += 1) {
    if (taken.some((other) => other?.index === index) || (await holds('ip', ['link', 'show', `kha${index}`]))) continue;
    const lab: Lab = { name, index, ...size };
    await mkdir(labFile(lab), { recursive: true, mode: 0o700 });
    await writeFile(labFile(lab, 'lab.json'), JSON.stringify(lab));
    return lab;
  }
  throw new Error('all hundred networks of labs are taken; end some with: kha lab down --name NAME');
}

/** The passwords of a careful lab, each in a file of its own. */
export const passwordFile = (lab: Lab, of: 'sudo' | 'registry'): string => labFile(lab, `${of}-password`);

export const hostFolder = (lab: Lab, host: string, ...parts: readonly string[]): string =>
  join(labFile(lab, 'hosts', host), ...parts);

/** Where a host's public SSH key can be read: in its root, or beside the disk that only its own kernel has open. */
export const hostKeyFile = (lab: Lab, host: LabHost): string =>
  hostFolder(
    lab,
    host.name,
    machineOf(lab, host) === 'container' ? 'root/etc/ssh/ssh_host_ed25519_key.pub' : 'host-key.pub',
  );
