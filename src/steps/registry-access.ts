import { registryPlace, type RegistryPlace } from '../cluster/registry-place.js';
import type { CheckContext } from './step.js';

/** A registry, and what curl is told of it on standard input. */
export interface RegistryAccess {
  readonly place: RegistryPlace;
  /** curl's configuration lines with the login, then the CA certificate. */
  readonly stdin: string;
}

export async function registryAccess({
  cluster,
  secret,
}: Pick<CheckContext, 'cluster' | 'secret'>): Promise<RegistryAccess> {
  const { credentials, ca } = cluster.source.registry;
  const login = credentials
    ? `user = ${JSON.stringify(`${credentials.username}:${await secret(credentials.password)}`)}\n`
    : '';
  return { place: registryPlace(cluster), stdin: login + (ca ? await secret(`file:${ca}`) : '') };
}
