import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/engine/run-program.js';

/** An authority, a certificate for the server under the given name, and one for its clients, into a folder. */
export async function makeCertificates(folder: string, serverName: string): Promise<void> {
  const file = (name: string): string => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3'];
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=kha standing CA',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.crt'),
  ]);
  for (const [name, usage] of [
    // Its own parts talk to each other with the same certificate.
    ['server', 'serverAuth,clientAuth'],
    ['client', 'clientAuth'],
  ] as const) {
    const request = await run('openssl', ['req', ...key, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`)]);
    await writeFile(file(`${name}.ext`), `subjectAltName=DNS:${serverName}\nextendedKeyUsage=${usage}\n`);
    const sign = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '3'];
    const certificate = await run('openssl', ['x509', '-req', ...sign, '-extfile', file(`${name}.ext`)], {
      stdin: request,
    });
    await writeFile(file(`${name}.crt`), certificate);
  }
}
