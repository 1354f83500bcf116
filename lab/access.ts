import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressOf,
  hostFolder,
  hostKeyFile,
  hostsOf,
  labFile,
  machineOf,
  passwordFile,
  type Lab,
  type LabHost,
} from './lab.js';
import { holds, run } from '../src/engine/run-program.js';

/** The lab's own key to log in with. */
export async function makeKey(lab: Lab): Promise<void> {
  if (!existsSync(labFile(lab, 'id')))
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `kha lab ${lab.name}`, '-f', labFile(lab, 'id')]);
}

/** The passwords of a careful lab, made once. */
export async function makePasswords(lab: Lab): Promise<void> {
  for (const of of lab.careful ? (['sudo', 'registry'] as const) : [])
    if (!existsSync(passwordFile(lab, of)))
      await writeFile(passwordFile(lab, of), randomBytes(12).toString('base64url'), { mode: 0o600 });
}

/** known_hosts out of the hosts' own disks, so that not even the first login trusts the network. */
export async function writeKnownHosts(lab: Lab): Promise<void> {
  const lines = await Promise.all(
    hostsOf(lab).map(async (host) => {
      const [type, key] = (await readFile(hostKeyFile(lab, host), 'utf8')).split(' ');
      return `${addressOf(lab, host)},${host.name} ${type} ${key?.trim()}\n`;
    }),
  );
  await writeFile(labFile(lab, 'known_hosts'), lines.join(''), { mode: 0o600 });
}

export const sshArguments = (lab: Lab, host: LabHost, user = 'root'): string[] => [
  '-q',
  '-i',
  labFile(lab, 'id'),
  '-o',
  `UserKnownHostsFile=${labFile(lab, 'known_hosts')}`,
  '-o',
  'StrictHostKeyChecking=yes',
  '-o',
  'IdentitiesOnly=yes',
  '-o',
  machineOf(lab, host) === 'emulated' ? 'ConnectTimeout=30' : 'ConnectTimeout=3',
  `${user}@${addressOf(lab, host)}`,
];

export const onHost = (lab: Lab, host: LabHost, command: string): Promise<string> =>
  run('ssh', [...sshArguments(lab, host), command]);

/** Waits until a host lets one in. */
export async function answering(lab: Lab, host: LabHost): Promise<void> {
  const seconds = machineOf(lab, host) === 'container' ? 60 : 600;
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds('ssh', [...sshArguments(lab, host), 'true']))) {
    if (Date.now() > deadline)
      throw new Error(
        `${host.name} does not answer at ${addressOf(lab, host)} within ${seconds} s; its console: ${hostFolder(lab, host.name, 'console.log')}`,
      );
    await sleep(200);
  }
}
