import type { Cluster, Machine } from '../../src/cluster/cluster.js';
import type { Asked, Host } from '../../src/steps/host.js';
import type { ApplyContext, CheckContext, Pace, Step, Unfit } from '../../src/steps/step.js';

/** Which step does something, for which host, and on which machine: a step may ask or change a peer. */
export interface Doing {
  readonly step: Step;
  readonly host: string;
  readonly machine: string;
}

/** Stands around everything that steps do to hosts; each calls the last argument to let it happen. `what`: a command, or a path. */
export interface Around {
  read<T>(doing: Doing, ask: () => Promise<T>): Promise<T>;
  change<T>(doing: Doing, what: string, act: () => Promise<T>): Promise<T>;
  unit(doing: Doing, script: string, act: () => Promise<string>): Promise<string>;
}

const nobody: Around = {
  read: (_, ask) => ask(),
  change: (_, __, act) => act(),
  unit: (_, __, act) => act(),
};

/**
 * The same steps, with somebody around their hosts. Whatever one host does for all is done by the first or waited for: a
 * recording knows what was asked of that one only.
 */
export const aroundHosts = (steps: readonly Step[], cluster: Cluster, around = nobody): Step[] =>
  steps.map((step) => ({
    ...step,
    pace: choosing(step, cluster, around),
    check: (context) => step.check(asking(step, context, around)),
    ...(step.apply ? { apply: (context: ApplyContext) => step.apply!(changing(step, context, around)) } : {}),
    ...(step.verify ? { verify: (context: CheckContext) => step.verify!(asking(step, context, around)) } : {}),
  }));

function choosing(step: Step, cluster: Cluster, around: Around): Pace {
  const { pace } = step;
  if (pace === 'all at once' || !('once' in pace)) return pace;
  return { once: firstOnly(step.on(cluster), pace.once, (host) => asked(step, host.machine.name, host, around)) };
}

const firstOnly =
  ([first]: readonly Machine[], unfit: Unfit, around: (host: Asked) => Asked): Unfit =>
  async (host, cluster) =>
    host.machine.name === first?.name ? unfit(around(host), cluster) : [`not ${first?.name}`];

const asked = (step: Step, of: string, host: Asked, around: Around): Asked => ({
  machine: host.machine,
  read: (fact) => around.read({ step, host: of, machine: host.machine.name }, () => host.read(fact)),
});

function asking(step: Step, context: CheckContext, around: Around): CheckContext {
  const watched = (host: Asked): Asked => asked(step, context.host.machine.name, host, around);
  return {
    ...context,
    host: watched(context.host),
    peer: async (name) => watched(await context.peer(name)),
    firstFit: async (machines, unfit) => watched(await context.firstFit(machines, firstOnly(machines, unfit, watched))),
  };
}

function changing(step: Step, context: ApplyContext, around: Around): ApplyContext {
  const changed = (host: Host): Host => {
    const doing: Doing = { step, host: context.host.machine.name, machine: host.machine.name };
    return {
      machine: host.machine,
      read: (fact) => around.read(doing, () => host.read(fact)),
      run: (command, options) => around.change(doing, command, () => host.run(command, options)),
      write: (path, content, options) => around.change(doing, path, () => host.write(path, content, options)),
      runUnit: (script) => around.unit(doing, script, () => host.runUnit(script)),
    };
  };
  return {
    ...context,
    host: changed(context.host),
    peer: async (name) => changed(await context.peer(name)),
    firstFit: async (machines, unfit) =>
      changed(
        await context.firstFit(
          machines,
          firstOnly(machines, unfit, (host) => asked(step, context.host.machine.name, host, around)),
        ),
      ),
  };
}
