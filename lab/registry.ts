import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { labFile, registryAddress, type Lab } from './lab.js';
import { alive, end, remember } from '../src/engine/process.js';

const processFile = (lab: Lab): string => labFile(lab, 'registry.json');

export const registryRuns = async (lab: Lab): Promise<boolean> => (await alive(processFile(lab))) !== undefined;

/** Starts the lab's private registry on its bridge; labs of one bundle share the storage. */
export async function startRegistry(lab: Lab, storage: string): Promise<void> {
  const wanted = JSON.stringify(configuration(lab, storage));
  if (await registryRuns(lab)) {
    if ((await readFile(labFile(lab, 'registry.yml'), 'utf8')) === wanted) return;
    await stopRegistry(lab);
  }
  await mkdir(storage, { recursive: true });
  await writeFile(labFile(lab, 'registry.yml'), wanted);
  const log = openSync(labFile(lab, 'registry.log'), 'a', 0o600);
  const child = spawn('docker-registry', ['serve', labFile(lab, 'registry.yml')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  if (child.pid === undefined) throw new Error('docker-registry could not be started');
  await remember(processFile(lab), child.pid);
  const deadline = Date.now() + 10_000;
  while (!(await answers(registryAddress(lab)))) {
    if (Date.now() > deadline)
      throw new Error(
        `the registry does not answer at ${registryAddress(lab)}; its log: ${labFile(lab, 'registry.log')}`,
      );
    await sleep(50);
  }
}

export const stopRegistry = (lab: Lab): Promise<void> => end(processFile(lab), 'SIGTERM');

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/v2/`)).ok;
  } catch {
    return false;
  }
}

const configuration = (lab: Lab, rootdirectory: string): object => ({
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory } },
  http: { addr: registryAddress(lab), secret: 'of no use to one registry' },
});
