import type { OperationInput, Report } from '../../../src/workflows/messages.js';
import { operation } from '../../../src/workflows/operation.js';
import { stepsIn } from './steps.js';

/** All steps on all hosts, as an install goes through a stage. */
export async function makeFiles(input: OperationInput): Promise<Report> {
  // Activities know the folder; here only the steps' names and hosts count.
  return operation(input, 'make files', ({ stage }) => stage('Make', ...stepsIn('')));
}
