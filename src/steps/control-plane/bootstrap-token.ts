import { controlPlanes } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { servesApi } from '../fitness.js';
import type { Asked, Host } from '../host.js';
import type { ApplyContext } from '../step.js';

/** What `kubeadm join` is told, with a token in it: on the joining host only as long as it joins. */
export const joinConfiguration = '/var/lib/kha/join.yaml';
const kubeadmToken = 'kubeadm token --kubeconfig /etc/kubernetes/admin.conf';

/** What a host shows to be let in, and by what it knows the cluster. */
export interface Admission {
  readonly token: string;
  /** SHA-256 of the authority's public key (kubernetes.io, kubeadm join, discovery). */
  readonly caHash: string;
}

/**
 * Makes a bootstrap token on a well control plane, writes the documents that carry it to the joining host, and takes both back
 * once `join` has ended. The token never leaves the activity. An attempt that is let go takes nothing back: the unit goes
 * on with it, and the attempt that follows does.
 */
export async function withAdmission(
  context: ApplyContext,
  documents: (admission: Admission) => string,
  join: () => Promise<unknown>,
): Promise<void> {
  const { host } = context;
  const master = await wellMaster(context);
  try {
    const description = sh`${descriptionOf(host)}`;
    const token = await master.run(`${kubeadmToken} create --ttl 15m --description ${description}`, { secret: true });
    const admission = { token: token.trim(), caHash: await authorityHash(master) };
    await host.write(joinConfiguration, documents(admission), { mode: '0600', secret: true });
    await join();
  } finally {
    await takeBack(host, master);
  }
}

/** Takes back what an attempt that was cancelled, or killed after its join had ended, left of its admission. */
export const withdrawAdmission = async (context: ApplyContext): Promise<void> =>
  takeBack(context.host, await wellMaster(context));

/** What is left of an admission on a host that has joined, in words. */
export async function leftAdmission(host: Asked): Promise<string[]> {
  const found = await host.read(existing([joinConfiguration]));
  return found.map((path) => `${path} is still there, with a token in it`);
}

const wellMaster = ({ cluster, host, firstFit }: ApplyContext): Promise<Host> =>
  firstFit(
    controlPlanes(cluster).filter(({ name }) => name !== host.machine.name),
    servesApi,
  );

const descriptionOf = ({ machine }: Host): string => `kha: join of ${machine.name}`;

/** Both, whether or not the other can be. */
async function takeBack(host: Host, master: Host): Promise<void> {
  const done = await Promise.allSettled([
    host.run(sh`rm -f ${joinConfiguration}`),
    deleteTokens(master, descriptionOf(host)),
  ]);
  for (const one of done) if (one.status === 'rejected') throw one.reason;
}

/**
 * By description, so that tokens of attempts that were cut short go too. Where a thousand workers join, their tokens are
 * listed for each: they are compared as they stand there, as a process for each of them would come to a million.
 */
async function deleteTokens(master: Host, description: string): Promise<void> {
  await master.run(
    sh`found=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o 'jsonpath={range .items[*]}{.data.token-id}{" "}{.data.description}{"\\n"}{end}') || exit; ` +
      sh`own=$(printf %s ${description} | base64 -w 0); ` +
      'ids=$(echo "$found" | while read -r id text; do if [ "$text" = "$own" ]; then echo "$id" | base64 -d; echo; fi; done); ' +
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
