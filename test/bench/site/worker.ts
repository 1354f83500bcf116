import { existsSync } from 'node:fs';
import * as steps from '../../../src/steps/index.js';
import { runWorker } from '../../../src/worker.js';
import { inRoot } from '../../root.js';
import { aroundHosts } from '../../simulation/around-hosts.js';
import { readRecording } from '../../simulation/recording.js';

/** `ADDRESS`: kha's own worker with all of its steps, on hosts that answer as the recorded ones did. */
const [address = ''] = process.argv.slice(2);
const { cluster } = readRecording();
const catalogue = aroundHosts(Object.values(steps), cluster);
const codePath = inRoot('dist/workflow-bundle.js');
if (!existsSync(codePath)) throw new Error(`${codePath} is not there: npm run build`);
await runWorker(
  { options: { address }, namespace: 'default' },
  {
    abilities: {
      steps: catalogue,
      workflows: { workflowBundle: { codePath } },
    },
  },
);
