import { controlPlanes, workers } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { joinDocuments } from '../control-plane/kubeadm-documents.js';
import { completed, expectedFindings, takeOver } from '../control-plane/take-over.js';
import { groundOf } from '../control-plane/write-kubeadm-documents.js';
import { servesApi } from '../fitness.js';
import type { Host } from '../host.js';
import type { Step } from '../step.js';

const configuration = '/var/lib/kha/join.yaml';

export const joinWorker: Step = {
  name: 'joinWorker',
  does: 'Join the worker with a token of its own, and delete the token',
  on: workers,
  pace: 'all at once',
  retry: 'bootstrap',
  needs: ['network', 'kubelet unit', 'images'],
  gives: 'workers',
  async check({ host }) {
    const found = await host.read(existing([completed('worker')]));
    return found.length > 0 ? [] : ['kubeadm join has not ended well here'];
  },
  async apply({ cluster, host, firstFit }) {
    const first = await firstFit(controlPlanes(cluster), servesApi);
    const description = `kha: join of ${host.machine.name}`;
    try {
      const token = await createToken(first, description);
      const documents = joinDocuments(cluster, host.machine, token, await authorityHash(first));
      await host.write(configuration, documents, { mode: '0600', secret: true });
      const ignored = expectedFindings(await groundOf(host));
      await host.runUnit(
        takeOver(
          host.machine,
          'worker',
          sh`kubeadm join --config ${configuration} --ignore-preflight-errors ${ignored}`,
        ),
      );
    } finally {
      await host.run(sh`rm -f ${configuration}`);
      await deleteTokens(first, description);
    }
  },
};

const kubeadmToken = 'kubeadm token --kubeconfig /etc/kubernetes/admin.conf';

async function createToken(first: Host, description: string): Promise<string> {
  const token = await first.run(`${kubeadmToken} create --ttl 15m --description ${sh`${description}`}`, {
    secret: true,
  });
  return token.trim();
}

/** By description, so that tokens of attempts that were cut short go too. */
async function deleteTokens(first: Host, description: string): Promise<void> {
  await first.run(
    sh`ids=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o 'jsonpath={range .items[*]}{.data.token-id}{" "}{.data.description}{"\\n"}{end}' ` +
      sh`| while read -r id text; do if [ "$(echo "$text" | base64 -d)" = ${description} ]; then echo "$id" | base64 -d; echo; fi; done); ` +
      `for id in $ids; do ${kubeadmToken} delete "$id" || exit 1; done`,
    { secret: true },
  );
}

/** SHA-256 of the authority's public key, by which a joining host knows the cluster (kubernetes.io, kubeadm join). */
async function authorityHash(first: Host): Promise<string> {
  const hash = await first.run(
    'openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | sha256sum',
  );
  return `sha256:${hash.slice(0, 64)}`;
}
