import type { CheckContext } from './step.js';

/** What curl is told on standard input for the registry: its configuration lines, then the CA certificate. */
export async function registryAccess({
  cluster: {
    source: { registry },
  },
  secret,
}: Pick<CheckContext, 'cluster' | 'secret'>): Promise<string> {
  const user = registry.credentials;
  const login = user ? `user = ${JSON.stringify(`${user.username}:${await secret(user.password)}`)}\n` : '';
  return login + (registry.ca ? await secret(`file:${registry.ca}`) : '');
}
