import { fileURLToPath } from 'node:url';
import { runWorker } from '../../../src/worker.js';
import { stepsIn } from './steps.js';

/** `ADDRESS FOLDER`: kha's own worker, with the steps of this bench. */
const [address = '', folder = ''] = process.argv.slice(2);
await runWorker(
  { options: { address }, namespace: 'default' },
  {
    abilities: {
      steps: stepsIn(folder),
      workflows: { workflowsPath: fileURLToPath(new URL('workflow.js', import.meta.url)) },
    },
  },
);
