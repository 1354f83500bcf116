import type { Cluster } from '../../cluster/cluster.js';
import { registryPlace, urlOf } from '../../cluster/registry-place.js';
import type { WantedFile } from '../wanted-file.js';

export const registryFolder = '/etc/containerd/certs.d';

/** A TOML basic string; JSON's escapes are all TOML's too. */
export const toml = (value: string): string => JSON.stringify(value);

/**
 * How containerd reaches the private registry, where there is one; 0600, as it may carry the credentials. Where the registry wants a token,
 * containerd asks its token service with the same header (containerd, core/remotes/docker/config/hosts.go).
 */
export async function registryFiles(
  cluster: Cluster,
  secret: (reference: string) => Promise<string>,
): Promise<WantedFile[]> {
  const place = registryPlace(cluster);
  if (!place) return [];
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
