import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Cluster } from '../cluster/cluster.js';
import { parseRecord } from '../cluster/parse-record.js';
import { recordFound, type MasterSaid, type RecordFound } from '../cluster/record-found.js';
import type { Fact } from '../facts/fact.js';
import { file } from '../facts/files.js';
import { claimAndRecord } from '../steps/record/record-files.js';
import { askMasters, type Answer } from './ask-masters.js';
import type { Dependencies } from './index.js';
import { seal, type Sealed } from './sealed.js';

/** Activities that only ask, outside of any operation: the client reaches no host itself. */
export function createQuestions({ pool, cluster: clusterOf }: Pick<Dependencies, 'pool' | 'cluster'>) {
  const ask = async <T>(fact: Fact<T>): Promise<{ cluster: Cluster; answers: Answer<T>[] }> => {
    const { workflowExecution } = activityInfo();
    if (!workflowExecution) throw new Error('a question is asked by a workflow only');
    const cluster = await clusterOf(workflowExecution);
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
      for (const answer of answers) if ('said' in answer && answer.said) return seal(answer.said.content, publicKey);
      const why = answers.map((answer) => `${answer.host}: ${'silent' in answer ? answer.silent : 'it has none'}`);
      throw ApplicationFailure.nonRetryable(
        `no control plane of ${cluster.name} gave /etc/kubernetes/admin.conf: ${why.join('; ')}`,
        'NoKubeconfig',
      );
    },
  };
}

export type Questions = ReturnType<typeof createQuestions>;
