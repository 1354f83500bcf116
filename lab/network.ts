import { bridge, hostsOf, linkName, network, type Lab, type LabHost } from './lab.js';
import { holds, run } from '../src/engine/run-program.js';

const ip = (...args: string[]): Promise<string> => run('ip', args);

/** The bridge that stands for the hosts' switch. Nothing is routed or translated: the hosts have no way out of the machine. */
export async function makeBridge(lab: Lab): Promise<void> {
  if (await holds('ip', ['link', 'show', bridge(lab)])) return;
  await ip('link', 'add', bridge(lab), 'type', 'bridge');
  await ip('addr', 'add', `${network(lab)}.1/24`, 'dev', bridge(lab));
  await ip('link', 'set', bridge(lab), 'up');
}

/** A host's network namespace with its cable in the bridge; a kernel of its own has the cable's end in itself. */
export async function plugIn(lab: Lab, { name, address }: LabHost): Promise<void> {
  const link = linkName(lab, name);
  if (lab.vm) return plugInKernel(lab, link);
  if (!(await holds('ip', ['netns', 'exec', link, 'true']))) {
    await unplug(lab, name);
    await ip('netns', 'add', link);
  }
  if (await holds('ip', ['link', 'show', link])) return;
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', link);
  await ip('link', 'set', link, 'master', bridge(lab), 'up');
  await ip('-n', link, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', link, 'link', 'set', 'eth0', 'up');
  await ip('-n', link, 'link', 'set', 'lo', 'up');
  await ip('-n', link, 'route', 'add', 'default', 'via', `${network(lab)}.1`);
}

/** The end of a cable that a kernel of its own listens at, with a raw socket. */
export const machineEnd = (link: string): string => `${link}-k`;

async function plugInKernel(lab: Lab, link: string): Promise<void> {
  if (await holds('ip', ['link', 'show', link])) return;
  const own = machineEnd(link);
  await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', own);
  // What is to be sent in pieces, or lacks its checksum yet, is finished before the kernel of the host sees it.
  for (const end of [link, own]) await ip('link', 'set', end, 'gso_max_segs', '1', 'up');
  await ip('link', 'set', link, 'master', bridge(lab));
}

export async function unplug(lab: Lab, host: string): Promise<void> {
  const link = linkName(lab, host);
  if (await holds('ip', ['link', 'show', link])) await ip('link', 'del', link);
  if ((await ip('netns', 'list')).split('\n').some((line) => line.split(' ')[0] === link))
    await ip('netns', 'del', link);
}

export const setCable = async (lab: Lab, host: string, state: 'up' | 'down'): Promise<string> =>
  ip('link', 'set', linkName(lab, host), state);

export async function removeNetwork(lab: Lab): Promise<void> {
  for (const { name } of hostsOf(lab)) await unplug(lab, name);
  if (await holds('ip', ['link', 'show', bridge(lab)])) await ip('link', 'del', bridge(lab));
}
