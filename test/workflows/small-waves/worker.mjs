// ADDRESS ENGINE BUNDLE: the worker of an engine as it is compiled, with other workflows. Plain JavaScript, as it is a process
// of its own that can be killed.
import * as steps from '../../../dist/src/steps/index.js';
import { runWorker } from '../../../dist/src/worker.js';

const [address, id, codePath] = process.argv.slice(2);
await runWorker(
  { options: { address }, namespace: 'default', engine: { id } },
  { abilities: { steps: Object.values(steps), workflows: { workflowBundle: { codePath } } } },
);
