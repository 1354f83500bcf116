import { patched } from '@temporalio/workflow';
import * as steps from '../../../src/steps/index.js';
import type { OperationInput, Report } from '../../../src/workflows/messages.js';
import { operation } from '../../../src/workflows/operation.js';

/** The two steps of swapped/ in their new order, as docs/versioning.md has it: runs under way keep the old one. */
export function installCluster(input: OperationInput): Promise<Report> {
  const { checkHost, checkEndpoint, checkRegistry, compareHosts } = steps;
  return operation(input, 'install', async ({ stage }) => {
    if (patched('endpoint-before-host'))
      await stage('Preflight', checkEndpoint, checkHost, checkRegistry, compareHosts);
    else await stage('Preflight', checkHost, checkEndpoint, checkRegistry, compareHosts);
  });
}
