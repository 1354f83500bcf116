import { userInfo, hostname } from 'node:os';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import type { Cluster } from '../cluster/cluster.js';
import { specDigest } from '../cluster/digest.js';
import type { Mode } from '../steps/step.js';
import { concerned, type Subject } from '../cluster/subject.js';
import { inputVersion } from '../cluster/input-version.js';
import type { OperationInput } from '../cluster/operation-input.js';
import { version } from '../version.js';
import { subjectText, taskQueueOf } from '../workflows/messages.js';
import { UsageError } from './explain.js';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
  WorkflowNotFoundError,
} from './temporal.js';
import { unservedQueue } from './unserved-queue.js';
import { unservedSites } from './unserved-sites.js';
import { workflowId } from './workflow-id.js';

/** Who says what a person says: kept with approvals and answers. */
export const operator = (): string => `${userInfo().username}@${hostname()}`;

const nameKey = defineSearchAttributeKey('ClusterName', SearchAttributeType.KEYWORD);
const operationKey = defineSearchAttributeKey('Operation', SearchAttributeType.KEYWORD);
const versionKey = defineSearchAttributeKey('KubernetesVersion', SearchAttributeType.KEYWORD);

/** Starts an operation of a cluster, or of some of its hosts, and says so where no worker is there for it. Throws WorkflowExecutionAlreadyStartedError while another is under way. */
export async function begin(client: Client, cluster: Cluster, mode: Mode, subject?: Subject): Promise<WorkflowHandle> {
  const input: OperationInput = { schema: inputVersion, kha: version, mode, cluster, ...(subject ? { subject } : {}) };
  const what = subject ? `${subjectText(subject.hosts)} into ${cluster.name}` : cluster.name;
  const hosts = concerned(cluster.hosts, subject)
    .map(({ name, address, roles }) => `- ${name} (${address}): ${roles.join(', ')}`)
    .join('\n');
  const handle = await client.workflow.start('installCluster', {
    workflowId: mode === 'plan' ? `plan/${cluster.name}/${Date.now().toString(36)}` : workflowId(cluster.name),
    taskQueue: taskQueueOf(cluster),
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes([
      { key: nameKey, value: cluster.name },
      { key: operationKey, value: mode === 'plan' ? 'plan' : 'install' },
      { key: versionKey, value: cluster.kubernetesVersion },
    ]),
    memo: {
      specDigest: await specDigest(cluster),
      khaVersion: version,
      startedBy: operator(),
      ...(subject ? { subject: subject.hosts } : {}),
    },
    staticSummary: `${mode === 'plan' ? 'Plan' : 'Install'} ${what}, Kubernetes ${cluster.kubernetesVersion}`.slice(
      0,
      200,
    ),
    staticDetails: hosts.slice(0, 15_000),
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  const unserved = await Promise.all([unservedQueue(client, cluster), unservedSites(client, cluster)]);
  for (const words of unserved.flat()) if (words) console.error(words);
  return handle;
}

/** The latest run of a cluster. Throws UsageError naming the known clusters when there is none. */
export async function latestRun(
  client: Client,
  cluster: string,
): Promise<{ handle: WorkflowHandle; description: WorkflowExecutionDescription }> {
  const handle = client.workflow.getHandle(workflowId(cluster));
  try {
    return { handle, description: await handle.describe() };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const known = new Set<string>();
    for await (const { workflowId: id } of client.workflow.list({ query: "WorkflowType = 'installCluster'" }))
      if (id.startsWith('cluster/')) known.add(id.slice('cluster/'.length));
    throw new UsageError(`no run of cluster ${cluster} is known; known: ${[...known].sort().join(', ') || 'none'}`);
  }
}
