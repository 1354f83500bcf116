import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/engine/run-program.js';

export interface Certified {
  /** PEM of the authority that nobody knows yet. */
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];

/** An authority of its own in a folder, and a certificate of it for these names. */
export async function certified(folder: string, names: readonly string[]): Promise<Certified> {
  const at = (name: string): string => join(folder, name);
  await writeFile(at('names.cnf'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\n`);
  const authority = ['-keyout', at('ca.key'), '-out', at('ca.crt'), '-subj', '/CN=an internet of its own'];
  await run('openssl', ['req', '-x509', '-days', '3650', ...key, ...authority]);
  await run('openssl', ['req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=sites']);
  const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names.cnf')];
  await run('openssl', ['x509', '-req', '-days', '3650', '-in', at('server.csr'), ...by, '-out', at('server.crt')]);
  const [ca, private_, cert] = await Promise.all(
    ['ca.crt', 'server.key', 'server.crt'].map((name) => readFile(at(name), 'utf8')),
  );
  return { ca: ca!, key: private_!, cert: cert! };
}
