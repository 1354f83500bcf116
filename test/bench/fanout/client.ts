import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '../../../src/client/temporal.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { inputVersion } from '../../../src/cluster/input-version.js';
import { taskQueue, type OperationInput, type Report } from '../../../src/workflows/messages.js';

/** `ADDRESS CLUSTER-FILE`: starts the workflow, as kha's own client does, and waits for its report. */
const [address = '', file = ''] = process.argv.slice(2);
const cluster = JSON.parse(readFileSync(file, 'utf8')) as Cluster;
const connection = await Connection.connect({ address });
const report = await new Client({ connection }).workflow.execute<(input: OperationInput) => Promise<Report>>(
  'makeFiles',
  {
    taskQueue,
    workflowId: `cluster/${cluster.name}/${randomUUID()}`,
    args: [{ schema: inputVersion, kha: 'bench', mode: 'apply', cluster }],
  },
);
console.log(JSON.stringify(report));
await connection.close();
