import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { get as plain, type IncomingMessage } from 'node:http';
import { get as secure } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificateFile, labFile, network, passwordFile, registryAddress, type Lab } from './lab.js';
import { alive, end, remember } from '../src/engine/process.js';
import { run } from '../src/engine/run-program.js';

export const registryUser = 'kha';

const processFile = (lab: Lab): string => labFile(lab, 'registry.json');

export const registryRuns = async (lab: Lab): Promise<boolean> => (await alive(processFile(lab))) !== undefined;

/** Starts the lab's private registry on its bridge; labs of one bundle share the storage. */
export async function startRegistry(lab: Lab, storage: string): Promise<void> {
  const wanted = JSON.stringify(configuration(lab, storage));
  if (lab.careful) await Promise.all([writeLogin(lab), makeCertificate(lab)]);
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
  while (!(await answers(lab))) {
    if (Date.now() > deadline)
      throw new Error(
        `the registry does not answer at ${registryAddress(lab)}; its log: ${labFile(lab, 'registry.log')}`,
      );
    await sleep(50);
  }
}

export const stopRegistry = (lab: Lab): Promise<void> => end(processFile(lab), 'SIGTERM');

async function answers(lab: Lab): Promise<boolean> {
  const where = `${registryAddress(lab)}/v2/`;
  const ca = lab.careful ? await readFile(certificateFile(lab)) : undefined;
  return new Promise((resolve) => {
    const heard = (answer: IncomingMessage): void => {
      answer.destroy();
      resolve([200, 401].includes(answer.statusCode ?? 0));
    };
    const asked = ca ? secure(`https://${where}`, { ca }, heard) : plain(`http://${where}`, heard);
    asked.on('error', () => resolve(false));
  });
}

const keyFile = (lab: Lab): string => labFile(lab, 'registry.key');

/** A certificate that only this lab's hosts are told to trust. */
async function makeCertificate(lab: Lab): Promise<void> {
  if (existsSync(certificateFile(lab))) return;
  const making = `${certificateFile(lab)}.making`;
  const name = ['-subj', `/CN=registry of lab ${lab.name}`, '-addext', `subjectAltName=IP:${network(lab)}.1`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', keyFile(lab)];
  await run('openssl', ['req', '-x509', '-days', '3650', ...key, ...name, '-out', making]);
  await rename(making, certificateFile(lab));
}

/** Who may log in, as the registry wants it (docs: htpasswd, bcrypt only): Debian's crypt(3) makes it. */
async function writeLogin(lab: Lab): Promise<void> {
  const salt = randomBytes(16).toString('base64').replaceAll('+', '.').slice(0, 22);
  const script = 'chomp($password = <STDIN>); print crypt($password, $ARGV[0])';
  const hash = await run('perl', ['-e', script, `$2y$05$${salt}`], {
    stdin: await readFile(passwordFile(lab, 'registry'), 'utf8'),
  });
  await writeFile(labFile(lab, 'registry.htpasswd'), `${registryUser}:${hash}\n`, { mode: 0o600 });
}

const configuration = (lab: Lab, rootdirectory: string): object => ({
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory } },
  http: {
    addr: registryAddress(lab),
    secret: 'of no use to one registry',
    ...(lab.careful ? { tls: { certificate: certificateFile(lab), key: keyFile(lab) } } : {}),
  },
  ...(lab.careful ? { auth: { htpasswd: { realm: 'lab', path: labFile(lab, 'registry.htpasswd') } } } : {}),
});
