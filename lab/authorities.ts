/** SHA-256 of the authorities and of the service accounts' key, by `host path`. */
export type Authorities = ReadonlyMap<string, string>;

const checked = [
  ['ca.crt', 'apiserver.crt'],
  ['ca.crt', 'apiserver-kubelet-client.crt'],
  ['front-proxy-ca.crt', 'front-proxy-client.crt'],
  ['etcd/ca.crt', 'apiserver-etcd-client.crt'],
  ['etcd/ca.crt', 'etcd/server.crt'],
  ['etcd/ca.crt', 'etcd/peer.crt'],
];

/** Lines `sum path` for each that the host has, and a line `!words` for what does not come from its authority. */
export const authoritiesOnHost = [
  'cd /etc/kubernetes/pki || exit 0',
  'for path in ca.crt front-proxy-ca.crt etcd/ca.crt sa.pub; do if [ -e $path ]; then sha256sum $path; fi; done',
  ...checked.map(
    ([authority, leaf]) =>
      `if [ -e ${leaf} ] && ! openssl verify -CAfile ${authority} ${leaf} >/dev/null 2>&1; then echo '!${leaf} was not made by ${authority}'; fi`,
  ),
  // The kubelet remembers the authority under which it joined.
  `if [ -e ../kubelet.conf ] && ! sed -n 's/.*certificate-authority-data: //p' ../kubelet.conf | base64 -d | cmp -s - ca.crt; then echo '!ca.crt is not the one that the kubelet joined under'; fi`,
].join('\n');

/** What each host said, and what should not be so: hosts differ, or an authority was replaced under what it had made. */
export function compareAuthorities(said: ReadonlyMap<string, string>): { found: Authorities; problems: string[] } {
  const found = new Map<string, string>();
  const problems: string[] = [];
  const first = new Map<string, readonly [host: string, sum: string]>();
  for (const [host, text] of said)
    for (const line of text.split('\n').filter(Boolean)) {
      if (line.startsWith('!')) {
        problems.push(`${host}: ${line.slice(1)}`);
        continue;
      }
      const [sum = '', path = ''] = line.split(/\s+/);
      found.set(`${host} ${path}`, sum);
      const other = first.get(path);
      if (!other) first.set(path, [host, sum]);
      else if (other[1] !== sum) problems.push(`${path} of ${host} is not that of ${other[0]}`);
    }
  return { found, problems };
}

/** Authorities that are other than they were, in words; a host that had none then may have any now. */
export const replaced = (before: Authorities, after: Authorities): string[] =>
  [...before].filter(([where, sum]) => after.get(where) !== sum).map(([where]) => `${where} was replaced`);
