import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';

/** How workflow code is bundled, ahead or by a worker that finds no bundle. */
export const bundlerOptions: Pick<BundleOptions, 'preloadModules'> = {
  preloadModules: [fileURLToPath(new URL('./workflows/stack-depth.js', import.meta.url))],
};
