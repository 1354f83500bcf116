import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { get as plain, type IncomingMessage } from 'node:http';
import { get as secure } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { certificateFile, labFile, network, passwordFile, registryAddress, type Lab } from './lab.js';
import { alive, end, remember } from '../src/engine/process.js';
import { run } from '../src/engine/run-program.js';
import type { TokenSettings } from './token-service.js';

export const registryUser = 'kha';

/** A careful site keeps its images below a path, as a project of Harbor's. */
export const registryPrefix = ({ careful }: Lab): string => (careful ? 'k8s' : '');

/** Where its images are, as a spec names it. */
export const imagesAddress = (lab: Lab): string =>
  [registryAddress(lab), registryPrefix(lab)].filter(Boolean).join('/');

const service = 'registry of the lab';
const processFile = (lab: Lab): string => labFile(lab, 'registry.json');
const tokensProcessFile = (lab: Lab): string => labFile(lab, 'tokens.json');
const tokensAddress = (lab: Lab): { host: string; port: number } => ({ host: `${network(lab)}.1`, port: 5001 });

export const registryRuns = async (lab: Lab): Promise<boolean> => (await alive(processFile(lab))) !== undefined;

/** Starts the lab's private registry on its bridge; labs of one bundle share the storage. */
export async function startRegistry(lab: Lab, storage: string): Promise<void> {
  const wanted = JSON.stringify(configuration(lab, storage));
  if (lab.careful) await startTokens(lab);
  if (await registryRuns(lab)) {
    if ((await readFile(labFile(lab, 'registry.yml'), 'utf8')) === wanted) return;
    await end(processFile(lab), 'SIGTERM');
  }
  await mkdir(storage, { recursive: true });
  await writeFile(labFile(lab, 'registry.yml'), wanted);
  await startServer(lab, processFile(lab), ['docker-registry', 'serve', labFile(lab, 'registry.yml')]);
  await answering(lab, `${registryAddress(lab)}/v2/`);
}

export async function stopRegistry(lab: Lab): Promise<void> {
  await end(processFile(lab), 'SIGTERM');
  await end(tokensProcessFile(lab), 'SIGTERM');
}

/** The service that gives tokens for the registry to those who log in. */
async function startTokens(lab: Lab): Promise<void> {
  await makeCertificate(lab);
  if ((await alive(tokensProcessFile(lab))) !== undefined) return;
  const password = await readFile(passwordFile(lab, 'registry'), 'utf8');
  const settings: TokenSettings = {
    ...tokensAddress(lab),
    certificate: certificateFile(lab),
    key: keyFile(lab),
    issuer: lab.name,
    service,
    login: createHash('sha256').update(`${registryUser}:${password}`).digest('hex'),
    prefix: registryPrefix(lab),
    seconds: 60,
  };
  await writeFile(labFile(lab, 'tokens-settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const program = fileURLToPath(new URL('token-service.js', import.meta.url));
  await startServer(lab, tokensProcessFile(lab), [process.execPath, program, labFile(lab, 'tokens-settings.json')]);
  const { host, port } = tokensAddress(lab);
  await answering(lab, `${host}:${port}/token`);
}

async function startServer(lab: Lab, file: string, [program = '', ...words]: readonly string[]): Promise<void> {
  const log = openSync(labFile(lab, 'registry.log'), 'a', 0o600);
  const child = spawn(program, words, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  await remember(file, child.pid);
}

async function answering(lab: Lab, where: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await answers(lab, where))) {
    if (Date.now() > deadline)
      throw new Error(`nothing answers at ${where}; the registry’s log: ${labFile(lab, 'registry.log')}`);
    await sleep(50);
  }
}

async function answers(lab: Lab, where: string): Promise<boolean> {
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

const configuration = (lab: Lab, rootdirectory: string): object => ({
  version: 0.1,
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory } },
  http: {
    addr: registryAddress(lab),
    secret: 'of no use to one registry',
    ...(lab.careful ? { tls: { certificate: certificateFile(lab), key: keyFile(lab) } } : {}),
  },
  ...(lab.careful ? { auth: { token: tokensOf(lab) } } : {}),
});

function tokensOf(lab: Lab): object {
  const { host, port } = tokensAddress(lab);
  const realm = `https://${host}:${port}/token`;
  return { realm, service, issuer: lab.name, rootcertbundle: certificateFile(lab) };
}
