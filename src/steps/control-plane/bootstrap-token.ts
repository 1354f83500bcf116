import { sh } from '../../facts/sh.js';
import type { Host } from '../host.js';

const kubeadmToken = 'kubeadm token --kubeconfig /etc/kubernetes/admin.conf';

/** What a host shows to be let in, and by what it knows the cluster. */
export interface Admission {
  readonly token: string;
  /** SHA-256 of the authority's public key (kubernetes.io, kubeadm join, discovery). */
  readonly caHash: string;
}

/** Makes a bootstrap token on a master, gives it to `use`, and deletes it whatever comes of it. It never leaves the activity. */
export async function withToken(
  master: Host,
  joining: string,
  use: (admission: Admission) => Promise<void>,
): Promise<void> {
  const description = `kha: join of ${joining}`;
  try {
    const token = await master.run(`${kubeadmToken} create --ttl 15m --description ${sh`${description}`}`, {
      secret: true,
    });
    await use({ token: token.trim(), caHash: await authorityHash(master) });
  } finally {
    await deleteTokens(master, description);
  }
}

/** By description, so that tokens of attempts that were cut short go too. */
async function deleteTokens(master: Host, description: string): Promise<void> {
  await master.run(
    sh`ids=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o 'jsonpath={range .items[*]}{.data.token-id}{" "}{.data.description}{"\\n"}{end}' ` +
      sh`| while read -r id text; do if [ "$(echo "$text" | base64 -d)" = ${description} ]; then echo "$id" | base64 -d; echo; fi; done); ` +
      `for id in $ids; do ${kubeadmToken} delete "$id" || exit 1; done`,
    { secret: true },
  );
}

async function authorityHash(master: Host): Promise<string> {
  const hash = await master.run(
    'openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | sha256sum',
  );
  return `sha256:${hash.slice(0, 64)}`;
}
