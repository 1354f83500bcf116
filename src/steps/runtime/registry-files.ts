import type { Cluster } from '../../cluster/cluster.js';
import { answersFor, lockOf, publishedAt } from '../../cluster/internet.js';
import { registryPlace, urlOf } from '../../cluster/registry-place.js';
import type { WantedFile } from '../wanted-file.js';

export const registryFolder = '/etc/containerd/certs.d';

/** A TOML basic string; JSON's escapes are all TOML's too. */
export const toml = (value: string): string => JSON.stringify(value);

/**
 * How containerd reaches the private registry, where there is one; 0600, as it may carry the credentials. Where the
 * registry wants a token, containerd asks its token service with the same header (containerd, core/remotes/docker/config/hosts.go).
 */
export async function registryFiles(
  cluster: Cluster,
  secret: (reference: string) => Promise<string>,
): Promise<WantedFile[]> {
  const place = registryPlace(cluster);
  if (!place) return cluster.source.internet ? internetFiles(cluster, secret) : [];
  const { ca, credentials } = cluster.source.registry ?? {};
  const folder = `${registryFolder}/${place.host}`;
  const url = urlOf(place);
  const lines = [`server = ${toml(url)}`, `[host.${toml(url)}]`, 'capabilities = ["pull", "resolve"]'];
  if (ca) lines.push(`ca = ${toml(`${folder}/ca.crt`)}`);
  if (credentials) {
    const login = Buffer.from(`${credentials.username}:${await secret(credentials.password)}`).toString('base64');
    lines.push(`[host.${toml(url)}.header]`, `authorization = ${toml(`Basic ${login}`)}`);
  }
  const files: WantedFile[] = [
    { path: `${folder}/hosts.toml`, content: `${lines.join('\n')}\n`, mode: '600', secret: true },
  ];
  if (ca) files.push({ path: `${folder}/ca.crt`, content: await secret(`file:${ca}`) });
  return files;
}

/**
 * The same of the registries of the internet: each by itself, or a mirror in its place, which alone is asked. A path of the
 * mirror’s comes after /v2, where containerd would not put it by itself (override_path).
 */
async function internetFiles(cluster: Cluster, secret: (reference: string) => Promise<string>): Promise<WantedFile[]> {
  const { ca, mirrors = {} } = cluster.source.internet ?? {};
  const own = Object.values(lockOf(cluster).images).map(({ origin }) => publishedAt(origin).registry);
  const authority = `${registryFolder}/kha-ca.crt`;
  const files = [...new Set([...own, ...Object.keys(mirrors)])].sort().map((name): WantedFile => {
    const { host, prefix } = answersFor(name, mirrors);
    const url = `https://${host}${prefix ? `/v2/${prefix}` : ''}`;
    const lines = [
      `server = ${toml(url)}`,
      'capabilities = ["pull", "resolve"]',
      ...(prefix ? ['override_path = true'] : []),
      ...(ca ? [`ca = ${toml(authority)}`] : []),
    ];
    return { path: `${registryFolder}/${name}/hosts.toml`, content: `${lines.join('\n')}\n` };
  });
  return ca ? [...files, { path: authority, content: await secret(`file:${ca}`) }] : files;
}
