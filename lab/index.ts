import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Archive } from '../src/bundle/archive.js';
import { versions } from '../src/bundle/build/versions.js';
import { seedProfile } from '../src/cluster/seed-versions.js';
import { answering, makeKey, makePasswords, writeKnownHosts } from './access.js';
import { serveBundle } from './bundle.js';
import { groupsLeft, removeLabGroups } from './cgroup.js';
import { cacheFolder } from '../src/engine/folders.js';
import { emulatedSystem, emulationPrograms } from './emulated/system.js';
import { boot, isRunning, pause, powerOff, removeHost } from './host.js';
import {
  findLab,
  hostNamed,
  hostsOf,
  labFile,
  labNamed,
  machineOf,
  makeLab,
  registryAddress,
  systemOf,
  virtualAddress,
  type Lab,
  type LabSize,
} from './lab.js';
import { makeBridges, networkLeft, plugIn, removeNetwork, setCables, unplug } from './network.js';
import { assertLabCanRun, installPackages, kernelPrograms, seedPrograms } from './packages.js';
import { registryRuns, stopRegistry } from './registry.js';
import { reported, type Report } from '../src/engine/report.js';
import { rootfs } from './rootfs.js';
import { rpmPackages, rpmPrograms, rpmSystem } from './rpm/system.js';
import { run } from '../src/engine/run-program.js';
import { kernel } from './vm/kernel.js';
import { writeSpec } from './spec.js';

export const defaultSize: LabSize = { controlPlanes: 3, workers: 1, etcd: 0, loadBalancers: 0 };

/** Brings a lab up, or completes one that crashed half-way; gives the path of its cluster.yaml. */
export async function labUp(name: string, size: LabSize, report: Report): Promise<string> {
  await installPackages(report, {
    ...(size.vm ? kernelPrograms : {}),
    ...(size.profile === seedProfile ? seedPrograms : {}),
    ...(size.workerArch === undefined ? {} : emulationPrograms),
    ...(size.workerSystem === rpmSystem ? rpmPrograms : {}),
  });
  const release = await releaseOf(size);
  const lab = await makeLab(name, release === seedProfile ? { ...size, profile: release } : size);
  await makeBridges(lab);
  const kubernetes = await releaseOf(lab);
  await makePasswords(lab);
  if (lab.source === undefined) await serveBundle(lab, report);
  await makeKey(lab);
  if (lab.vm) await kernel(report);
  const hosts = hostsOf(lab);
  const emulated = hosts.find((one) => machineOf(lab, one) === 'emulated');
  if (emulated)
    await emulatedSystem(await rootfs(report, systemOf(lab, emulated), lab.packages), lab.workerArch!, report);
  const down = (await Promise.all(hosts.map(async (host) => ({ host, on: await isRunning(lab, host.name) })))).filter(
    ({ on }) => !on,
  );
  if (down.length > 0) {
    await reported(report, `Booting ${down.map(({ host }) => host.name).join(', ')}`, async () => {
      for (const { host } of down) {
        await plugIn(lab, host);
        await boot(lab, host, await rootfs(report, systemOf(lab, host), lab.packages));
      }
      await writeKnownHosts(lab);
      await Promise.all(hosts.map((host) => answering(lab, host)));
    });
  }
  return writeSpec(lab, kubernetes);
}

/** The release that the lab’s bundle is of. */
async function releaseOf({ source, profile }: LabSize): Promise<string> {
  if (source === undefined) return profile ?? versions.kubernetes;
  await using archive = await Archive.open(source);
  return archive.description.kubernetes;
}

async function bootAgain(lab: Lab, name: string): Promise<void> {
  const host = hostNamed(lab, name);
  await boot(lab, host, await rootfs(() => undefined, systemOf(lab, host), lab.packages));
}

/** Ends everything that the lab made on this machine. */
export async function labDown(name: string, report: Report): Promise<void> {
  const lab = await findLab(name);
  if (!lab) return;
  assertLabCanRun();
  await reported(report, `Taking lab ${name} down`, async () => {
    for (const { name: host } of hostsOf(lab)) {
      await powerOff(lab, host);
      await removeHost(lab, host);
    }
    await stopRegistry(lab);
    await removeNetwork(lab);
    await removeLabGroups(lab);
    await rm(labFile(lab), { recursive: true, force: true });
  });
}

export interface LabStatus {
  readonly name: string;
  readonly spec: string;
  /** Undefined in a lab without one. */
  readonly registry?: { readonly address: string; readonly running: boolean };
  readonly virtualAddress: string;
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly role: string;
    readonly running: boolean;
  }[];
}

export async function labStatus(name: string): Promise<LabStatus> {
  const lab = await labNamed(name);
  return {
    name,
    spec: labFile(lab, 'cluster.yaml'),
    ...(lab.source === undefined
      ? { registry: { address: registryAddress(lab), running: await registryRuns(lab) } }
      : {}),
    virtualAddress: virtualAddress(lab),
    hosts: await Promise.all(hostsOf(lab).map(async (host) => ({ ...host, running: await isRunning(lab, host.name) }))),
  };
}

/** Ways to break a host and to mend it. */
export const hostActions = {
  /** Power off, at once; without the cable, or this machine's kernel would go on answering for the host's addresses. */
  kill: async (name: string, host: string) => {
    const lab = await labNamed(name);
    hostNamed(lab, host);
    await powerOff(lab, host);
    await unplug(lab, host);
  },
  /** On again, with the same disks. */
  start: async (name: string, host: string) => {
    const lab = await labNamed(name);
    await plugIn(lab, hostNamed(lab, host));
    await bootAgain(lab, host);
    await answering(lab, hostNamed(lab, host));
  },
  /** Off, and on again as a host just installed: same name and address, fresh disks and new host keys, which are accepted. */
  reinstall: async (name: string, host: string) => {
    const lab = await labNamed(name);
    await powerOff(lab, host);
    await unplug(lab, host);
    await removeHost(lab, host);
    await plugIn(lab, hostNamed(lab, host));
    await bootAgain(lab, host);
    await writeKnownHosts(lab);
    await answering(lab, hostNamed(lab, host));
  },
  pause: async (name: string, host: string) => pause(await labNamed(name), host, true),
  resume: async (name: string, host: string) => pause(await labNamed(name), host, false),
  cut: async (name: string, host: string) => setCables(await labNamed(name), host, 'down'),
  join: async (name: string, host: string) => setCables(await labNamed(name), host, 'up'),
} as const;

/** What of a lab's is still on this machine, by its names; nothing after `labDown`. Give what `findLab` gave before. */
export async function labRemains(lab: NonNullable<Awaited<ReturnType<typeof findLab>>>): Promise<string[]> {
  const found: string[] = [];
  const mounts = (await run('findmnt', ['-rno', 'TARGET']))
    .split('\n')
    .filter((path) => path.startsWith(`${labFile(lab)}/`));
  found.push(...mounts.map((path) => `mount ${path}`));
  found.push(...(await networkLeft(lab)));
  found.push(...groupsLeft(lab).map((folder) => `control group ${folder}`));
  if (existsSync(labFile(lab))) found.push(`folder ${labFile(lab)}`);
  return found;
}

/** The folder of rpms for lab hosts with dnf, made where it is not there yet: for `kha bundle build --packages`. */
export async function labRpms(report: Report, profile?: string): Promise<string> {
  await installPackages(report, rpmPrograms);
  return rpmPackages(report, profile === seedProfile ? 'docker' : 'containerd');
}

/** Removes everything that labs can make again. */
export const labPurge = (): Promise<void> => rm(cacheFolder(), { recursive: true, force: true });
