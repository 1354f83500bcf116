import { addressing, allCables, cables, leaving, plugged, switches, type Cable } from './cables.js';
import { hostNamed, hostsOf, linkName, machineOf, type Lab, type LabHost } from './lab.js';
import { holds, run } from '../src/engine/run-program.js';

const ip = (...args: string[]): Promise<string> => run('ip', args);
const isThere = (link: string): Promise<boolean> => holds('ip', ['link', 'show', link]);

/** The bridges that stand for the hosts' switches. Nothing is routed or translated: the hosts have no way out of the machine. */
export async function makeBridges(lab: Lab): Promise<void> {
  for (const { bridge, gateway, secondaryGateway } of switches(lab)) {
    if (await isThere(bridge)) continue;
    await ip('link', 'add', bridge, 'type', 'bridge');
    for (const command of addressing(bridge, [gateway, secondaryGateway])) await ip(...command);
    await ip('link', 'set', bridge, 'up');
  }
}

/** A host's network namespace with its cables in the bridges; a kernel of its own has the cables' ends in itself. */
export async function plugIn(lab: Lab, host: LabHost): Promise<void> {
  const machine = machineOf(lab, host);
  if (machine !== 'container') {
    const plug = machine === 'program' ? plugInKernel : plugInEmulated;
    for (const { link, bridge } of cables(lab, host)) if (!(await isThere(link))) await plug(link, bridge);
    return;
  }
  const space = linkName(lab, host.name);
  if (!(await holds('ip', ['netns', 'exec', space, 'true']))) {
    await unplug(lab, host.name);
    await ip('netns', 'add', space);
  }
  const ends = cables(lab, host);
  for (const end of ends) if (!(await isThere(end.link))) await plugInNamespace(space, end);
  for (const command of leaving(ends)) await ip('-n', space, ...command);
}

async function plugInNamespace(space: string, cable: Cable): Promise<void> {
  const { link, bridge, device } = cable;
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', device, 'netns', space);
  await ip('link', 'set', link, 'master', bridge, 'up');
  for (const command of plugged(cable)) await ip('-n', space, ...command);
}

/** The end of a cable that a kernel of its own listens at, with a raw socket. */
export const machineEnd = (link: string): string => `${link}-k`;

async function plugInKernel(link: string, bridge: string): Promise<void> {
  const own = machineEnd(link);
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', own);
  // What is to be sent in pieces, or lacks its checksum yet, is finished before the kernel of the host sees it.
  for (const end of [link, own]) await ip('link', 'set', end, 'gso_max_segs', '1', 'up');
  await ip('link', 'set', link, 'master', bridge);
}

/** The end of a cable whose other one is in an emulated machine. */
async function plugInEmulated(link: string, bridge: string): Promise<void> {
  await ip('tuntap', 'add', 'dev', link, 'mode', 'tap');
  await ip('link', 'set', link, 'master', bridge, 'up');
}

export async function unplug(lab: Lab, host: string): Promise<void> {
  for (const { link } of cables(lab, hostNamed(lab, host))) if (await isThere(link)) await ip('link', 'del', link);
  const space = linkName(lab, host);
  if ((await ip('netns', 'list')).split('\n').some((line) => line.split(' ')[0] === space))
    await ip('netns', 'del', space);
}

/** Pulls or plugs all cables of a host. */
export async function setCables(lab: Lab, host: string, state: 'up' | 'down'): Promise<void> {
  for (const { link } of cables(lab, hostNamed(lab, host))) await ip('link', 'set', link, state);
}

export async function removeNetwork(lab: Lab): Promise<void> {
  for (const { name } of hostsOf(lab)) await unplug(lab, name);
  for (const { bridge } of switches(lab)) if (await isThere(bridge)) await ip('link', 'del', bridge);
}

/** Bridges, cables and namespaces of the lab that are still there. */
export async function networkLeft(lab: Lab): Promise<string[]> {
  const links = await run('ip', ['-br', 'link']);
  const spaces = await run('ip', ['netns', 'list']);
  const names = [...switches(lab).map(({ bridge }) => bridge), ...allCables(lab).map(({ link }) => link)];
  return [
    ...names.filter((link) => new RegExp(`^${link}[@\\s]`, 'm').test(links)).map((link) => `interface ${link}`),
    ...hostsOf(lab)
      .map(({ name }) => linkName(lab, name))
      .filter((space) => new RegExp(`^${space}\\b`, 'm').test(spaces))
      .map((space) => `network namespace ${space}`),
  ];
}
