import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { parse } from 'yaml';
import { fieldsAt, isFields, listAt, textAt, type Fields } from '../../export/fields.js';
import { UsageError } from '../explain.js';

/** Where an API server is, and as whom it is asked. Holds secrets. */
export interface Login {
  /** https, without a slash at its end. */
  readonly server: string;
  readonly serverName?: string;
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
  readonly authorization?: string;
}

/**
 * The login of a kubeconfig's context. `file` is where it stands, as files that it names are looked for beside it. Throws
 * UsageError for what is no kubeconfig, and for logins that kha has not: exec and auth providers, unchecked TLS.
 */
export async function loginOf(kubeconfig: string, file: string, context?: string): Promise<Login> {
  const config: unknown = yamlOf(kubeconfig, file);
  const wanted = context ?? textAt(config, 'current-context') ?? '';
  const names = fieldsAt(named(config, 'contexts', wanted), 'context');
  if (!names)
    throw new UsageError(
      `${file} has no context ${wanted || '(and no current-context)'}; it has: ${known(config) || 'none'}`,
    );
  const cluster = fieldsAt(named(config, 'clusters', textAt(names, 'cluster')), 'cluster');
  const user = fieldsAt(named(config, 'users', textAt(names, 'user')), 'user') ?? {};
  const server = textAt(cluster, 'server')?.replace(/\/+$/, '');
  if (!cluster || !server?.startsWith('https://'))
    throw new UsageError(`context ${wanted} of ${file} names no cluster with an https server: ${server ?? 'nothing'}`);
  if (cluster['insecure-skip-tls-verify'] === true)
    throw new UsageError(
      `context ${wanted} of ${file} does not check the API server’s certificate; kha always does: give it certificate-authority`,
    );
  for (const provider of ['exec', 'auth-provider'])
    if (user[provider] !== undefined)
      throw new UsageError(
        `context ${wanted} of ${file} logs in by ${provider}, which kha has not; give it a client certificate or a token`,
      );
  const data = (from: Fields, key: string): Promise<string | undefined> => dataOf(from, key, file);
  const [ca, cert, key] = [
    await data(cluster, 'certificate-authority'),
    await data(user, 'client-certificate'),
    await data(user, 'client-key'),
  ];
  const tokenFile = textAt(user, 'tokenFile');
  const token = textAt(user, 'token') ?? (tokenFile === undefined ? undefined : (await beside(file, tokenFile)).trim());
  const [name, password] = [textAt(user, 'username'), textAt(user, 'password')];
  const basic = name === undefined ? undefined : `Basic ${Buffer.from(`${name}:${password ?? ''}`).toString('base64')}`;
  const authorization = token === undefined ? basic : `Bearer ${token}`;
  const serverName = textAt(cluster, 'tls-server-name');
  return {
    server,
    tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) },
    ...(serverName ? { serverName } : {}),
    ...(authorization ? { authorization } : {}),
  };
}

/** Without the parser's words, which quote lines, and those are keys. */
function yamlOf(text: string, file: string): unknown {
  try {
    const found: unknown = parse(text);
    if (isFields(found) && Array.isArray(found['clusters'])) return found;
  } catch {
    // Falls through: what it is not is the same in both cases.
  }
  throw new UsageError(`${file} is no kubeconfig: it has no list of clusters`);
}

const named = (config: unknown, list: string, name: string | undefined): Fields | undefined =>
  listAt(config, list).find((one) => one['name'] === name);
const known = (config: unknown): string =>
  listAt(config, 'contexts')
    .map((one) => textAt(one, 'name'))
    .join(', ');

async function dataOf(from: Fields, key: string, file: string): Promise<string | undefined> {
  const inline = textAt(from, `${key}-data`);
  if (inline) return Buffer.from(inline, 'base64').toString('utf8');
  const path = textAt(from, key);
  return path ? beside(file, path) : undefined;
}

async function beside(file: string, path: string): Promise<string> {
  const place = resolve(dirname(file), path);
  try {
    return await readFile(place, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
    throw new UsageError(`${file} names ${place}, which cannot be read: ${why}`);
  }
}
