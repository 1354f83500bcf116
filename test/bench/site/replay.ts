import { readFileSync } from 'node:fs';
import proto from '@temporalio/proto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { inRoot } from '../../root.js';
import { replaySeconds } from '../../workflows/large.js';

/** `FILE WORKFLOW-ID`: prints the seconds of processor time that today's code takes to replay a history, alone in a process. */
const [file = '', workflowId = ''] = process.argv.slice(2);
// Replaying tells of every worker that it makes.
Runtime.install({ logger: new DefaultLogger('ERROR') });
const history = proto.temporal.api.history.v1.History.decode(readFileSync(file));
const seconds = await replaySeconds({ codePath: inRoot('dist/workflow-bundle.js') }, history, workflowId);
console.log(seconds);
process.exit();
