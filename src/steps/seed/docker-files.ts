import type { Cluster } from '../../cluster/cluster.js';
import { registryPlace } from '../../cluster/registry-place.js';
import type { Docker } from '../../facts/docker.js';
import type { WantedFile } from '../wanted-file.js';

/** docker’s own folder of settings for its command line, with the login of the registry where that wants one. */
export const loginFolder = '/etc/docker/kha';

/**
 * Seed, lines 61 to 65: the storage driver that the host has, so that it stays whatever a newer docker would choose, and the
 * registry. What docker decides by itself is not told it: its driver of control groups the kubelet is told.
 */
export function dockerFiles(
  cluster: Cluster,
  { storageDriver }: Pick<Docker, 'storageDriver'>,
  secrets: { readonly login?: string; readonly ca?: string },
): WantedFile[] {
  const place = registryPlace(cluster);
  const daemon = {
    'storage-driver': storageDriver,
    ...(place?.plainHttp ? { 'insecure-registries': [place.host] } : {}),
  };
  const files: WantedFile[] = [{ path: '/etc/docker/daemon.json', content: `${JSON.stringify(daemon, null, 1)}\n` }];
  if (place && secrets.ca !== undefined)
    files.push({ path: `/etc/docker/certs.d/${place.host}/ca.crt`, content: secrets.ca });
  if (place && secrets.login !== undefined)
    files.push({
      path: `${loginFolder}/config.json`,
      content: `${JSON.stringify({ auths: { [place.host]: { auth: Buffer.from(secrets.login).toString('base64') } } })}\n`,
      mode: '600',
      secret: true,
    });
  return files;
}
