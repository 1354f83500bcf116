import type { Cluster } from '../../src/cluster/cluster.js';
import type { ApplyContext, CheckContext, Step } from '../../src/steps/step.js';

/** The record that the lab's hosts keep names the lab's spec, whose hosts are reached in another way than the simulation's. */
export function ofRecordedSpec(step: Step, spec: Cluster): Step {
  const lent = <C extends CheckContext>(context: C): C => ({
    ...context,
    records: {
      ...context.records,
      wanted: async (before) => ({ ...(await context.records.wanted(before)), spec }),
    },
  });
  return {
    ...step,
    check: (context) => step.check(lent(context)),
    ...(step.apply ? { apply: (context: ApplyContext) => step.apply!(lent(context)) } : {}),
    ...(step.verify ? { verify: (context: CheckContext) => step.verify!(lent(context)) } : {}),
  };
}
