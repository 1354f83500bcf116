import type { Cluster } from '../../cluster/cluster.js';
import type { Access } from '../../facts/registry-script.js';

/** How hosts ask the sites of the internet, and what curl is told of it on standard input. */
export async function internetAccess(
  { proxies, hosts, source: { internet } }: Cluster,
  secret: (reference: string) => Promise<string>,
): Promise<{ access: Access; stdin: string }> {
  const named = proxies?.https;
  const proxy = named && /^(env|file):/.test(named) ? (await secret(named)).trim() : named;
  const none = [...hosts.map(({ address }) => address), ...(proxies?.noProxy ?? [])].join(',');
  const ca = internet?.ca;
  return {
    access: { plainHttp: false, ownAuthority: ca !== undefined, known: true, proxied: proxy !== undefined },
    stdin:
      (proxy === undefined ? '' : `proxy = ${JSON.stringify(proxy)}\nnoproxy = ${JSON.stringify(none)}\n`) +
      (ca === undefined ? '' : await secret(`file:${ca}`)),
  };
}
