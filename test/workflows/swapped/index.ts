import * as steps from '../../../src/steps/index.js';
import type { OperationInput, Report } from '../../../src/workflows/messages.js';
import { operation } from '../../../src/workflows/operation.js';

/** The install's first stages with two steps of one stage in the other order: what replay has to notice. */
export function installCluster(input: OperationInput): Promise<Report> {
  const { checkHost, checkEndpoint, checkRegistry, compareHosts } = steps;
  return operation(input, 'install', async ({ stage }) => {
    await stage('Preflight', checkEndpoint, checkHost, checkRegistry, compareHosts);
  });
}
