import { readFile } from 'node:fs/promises';
import { HostFailure } from '../failure.js';
import { expandHome } from '../secrets.js';
import { inUrl } from '../../cluster/ip.js';
import {
  authorityFor,
  fingerprint,
  judge,
  knownTypes,
  nameOf,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts.js';

/** Checks the keys of one address against a known_hosts file, always. */
export interface HostKeyCheck {
  /** Host key algorithms to ask for, those on file first. */
  readonly algorithms: string[];
  /** Whether to go on; when not, `refusal` tells why. */
  accept(key: Buffer): boolean;
  refusal(): HostFailure | undefined;
}

const offered = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** @throws what reading the file throws, but for a file that is not there: then no key is known. */
export async function hostKeyCheck(
  name: string,
  address: string,
  port: number,
  knownHosts: string,
): Promise<HostKeyCheck> {
  const file = expandHome(knownHosts);
  const entries = parseKnownHosts(await contentOf(file));
  let refused: HostFailure | undefined;
  return {
    algorithms: preferred(entries, address, port),
    accept(key) {
      const { verdict, line } = judge(entries, address, port, key);
      if (verdict === 'known') return true;
      const authority = authorityFor(entries, address, port)?.line;
      refused = refuse(verdict, { name, address, port, file, line, key, authority });
      return false;
    },
    refusal: () => refused,
  };
}

/** What a known_hosts file holds; nothing where it is not there. */
export async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function preferred(entries: readonly KnownHost[], address: string, port: number): string[] {
  const types = knownTypes(entries, address, port);
  const known = (algorithm: string): boolean =>
    types.includes(algorithm) || (algorithm.startsWith('rsa-') && types.includes('ssh-rsa'));
  return [...offered.filter(known), ...offered.filter((algorithm) => !known(algorithm))];
}

interface Shown {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly file: string;
  readonly line: number;
  readonly key: Buffer;
  /** Line of a certificate authority that vouches for the host: ssh2 speaks no host certificates. */
  readonly authority: number | undefined;
}

function refuse(
  verdict: 'unknown' | 'changed' | 'revoked',
  { name, address, port, file, line, key, authority }: Shown,
): HostFailure {
  const print = fingerprint(key);
  if (verdict === 'unknown') {
    const vouched = authority
      ? `; its @cert-authority in line ${authority} vouches by certificates, which kha cannot check: its own key has to stand there too`
      : '';
    return new HostFailure('HostKeyUnknown', {
      host: name,
      reason: `the host key of ${inUrl(address)}:${port} is not in ${file}; it shows ${print}${vouched}`,
      next: `compare the fingerprint with the host’s own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it: kha hosts trust SPEC, or ssh-keyscan -p ${port} ${address} >> ${file}`,
    });
  }
  const what =
    verdict === 'changed' ? `is another than line ${line} of ${file} says` : `is revoked by line ${line} of ${file}`;
  return new HostFailure('HostKeyChanged', {
    host: name,
    reason: `the host key of ${inUrl(address)}:${port} ${what}; it shows ${print}`,
    next: `somebody may be in between: find out why before anything else. Only if the host was really installed anew: ssh-keygen -R '${nameOf(address, port)}' -f ${file}, then accept the new key`,
  });
}
