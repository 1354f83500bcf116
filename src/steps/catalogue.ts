import * as steps from './index.js';
import type { Step } from './step.js';

/** Every step by its name. */
export const catalogue: ReadonlyMap<string, Step> = new Map(
  Object.values<Step>(steps).map((step) => [step.name, step]),
);
