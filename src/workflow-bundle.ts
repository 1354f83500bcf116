import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundlerOptions } from './bundler-options.js';

/** Builds the workflow bundles beside the compiled program, so that a worker starts without webpack. */
const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
for (const [name, failures] of [
  ['workflow-bundle.js', {}],
  ['workflow-bundle-encrypted.js', { failureConverterPath: path('./failure-converter.js') }],
] as const) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path('./workflows/index.js'),
    logger: new DefaultLogger('WARN'),
    ...bundlerOptions,
    ...failures,
  });
  await writeFile(path(`../${name}`), code);
}
