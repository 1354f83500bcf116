import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { loginAddress, machineNamed, type Cluster } from '../cluster/cluster.js';
import { inUrl } from '../cluster/ip.js';
import { apiEndpoint, apiServerPort } from '../cluster/roles.js';
import { parseRecord } from '../cluster/parse-record.js';
import { recordFound, type MasterSaid, type RecordFound } from '../cluster/record-found.js';
import type { Fact } from '../facts/fact.js';
import { file } from '../facts/files.js';
import { claimAndRecord } from '../steps/record/record-files.js';
import { askMasters, type Answer } from './ask-masters.js';
import type { Dependencies } from './dependencies.js';
import { seal, type Sealed } from './sealed.js';

/** Activities that only ask, outside of any operation: the client reaches no host itself. */
export function createQuestions({ pool, cluster: clusterOf }: Pick<Dependencies, 'pool' | 'cluster'>) {
  const ask = async <T>(fact: Fact<T>): Promise<{ cluster: Cluster; answers: Answer<T>[] }> => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error('a question is asked by a workflow only');
    const { cluster } = await clusterOf(workflowExecution);
    return { cluster, answers: await askMasters(pool, cluster, fact, cancellationSignal()) };
  };
  return {
    /** What the control planes keep of their cluster. Holds no secret: a record has references only. */
    async readRecord(): Promise<RecordFound> {
      const { cluster, answers } = await ask(claimAndRecord);
      return recordFound(
        cluster.name,
        answers.map((answer): MasterSaid => {
          const { host } = answer;
          if ('silent' in answer) return answer;
          const { claim, text } = answer.said;
          return { host, claim, found: text === undefined ? undefined : parseRecord(text) };
        }),
      );
    },
    /** The administrator's kubeconfig, from a control plane that has one, sealed for the client that asked: it is a secret. */
    async fetchKubeconfig(publicKey: string): Promise<Sealed> {
      const { cluster, answers } = await ask(file('/etc/kubernetes/admin.conf', { secret: true }));
      for (const answer of answers)
        if ('said' in answer && answer.said)
          return seal(fromOutside(cluster, answer.host, answer.said.content), publicKey);
      const why = answers.map((answer) => `${answer.host}: ${'silent' in answer ? answer.silent : 'it has none'}`);
      throw ApplicationFailure.nonRetryable(
        `no control plane of ${cluster.name} gave /etc/kubernetes/admin.conf: ${why.join('; ')}`,
        'NoKubeconfig',
      );
    },
  };
}

/**
 * A kubeconfig that is good elsewhere too, and whichever control plane gave it: kubeadm 1.9 has each name its own address.
 * Where every node has a haproxy of its own, it names a loopback address, and who is no node is told of that control plane.
 */
function fromOutside(cluster: Cluster, host: string, kubeconfig: string): string {
  const place = cluster.controlPlaneEndpoint.type === 'local' ? ownPlace(cluster, host) : apiEndpoint(cluster);
  return kubeconfig.replace(/^(\s*server:\s*)\S+$/gm, `$1https://${place}`);
}

function ownPlace(cluster: Cluster, host: string): string {
  const machine = machineNamed(cluster, host);
  // A certificate is good for a login address only where the spec says so.
  const login = loginAddress(machine);
  const address = cluster.apiServer.certSANs.includes(login) ? login : machine.address;
  return `${inUrl(address)}:${apiServerPort}`;
}

export type Questions = ReturnType<typeof createQuestions>;
