import type { Asked, Host } from '../../src/steps/host.js';
import type { ApplyContext, CheckContext, Step } from '../../src/steps/step.js';

/** Which step does something, for which host, and on which machine: a step may ask or change a peer. */
export interface Doing {
  readonly step: Step;
  readonly host: string;
  readonly machine: string;
}

/** Stands around everything that steps do to hosts; each calls the last argument to let it happen. */
export interface Around {
  read<T>(doing: Doing, ask: () => Promise<T>): Promise<T>;
  change<T>(doing: Doing, act: () => Promise<T>): Promise<T>;
  unit(doing: Doing, script: string, act: () => Promise<string>): Promise<string>;
}

/** The same steps, with somebody around their hosts. */
export const aroundHosts = (steps: readonly Step[], around: Around): Step[] =>
  steps.map((step) => ({
    ...step,
    check: (context) => step.check(asking(step, context, around)),
    ...(step.apply ? { apply: (context: ApplyContext) => step.apply!(changing(step, context, around)) } : {}),
    ...(step.verify ? { verify: (context: CheckContext) => step.verify!(asking(step, context, around)) } : {}),
  }));

function asking(step: Step, context: CheckContext, around: Around): CheckContext {
  const asked = (host: Asked): Asked => ({
    machine: host.machine,
    read: (fact) =>
      around.read({ step, host: context.host.machine.name, machine: host.machine.name }, () => host.read(fact)),
  });
  return {
    ...context,
    host: asked(context.host),
    peer: async (name) => asked(await context.peer(name)),
    firstFit: async (machines, unfit) => asked(await context.firstFit(machines, unfit)),
  };
}

function changing(step: Step, context: ApplyContext, around: Around): ApplyContext {
  const changed = (host: Host): Host => {
    const doing: Doing = { step, host: context.host.machine.name, machine: host.machine.name };
    return {
      machine: host.machine,
      read: (fact) => around.read(doing, () => host.read(fact)),
      run: (command, options) => around.change(doing, () => host.run(command, options)),
      write: (path, content, options) => around.change(doing, () => host.write(path, content, options)),
      runUnit: (script) => around.unit(doing, script, () => host.runUnit(script)),
    };
  };
  return {
    ...context,
    host: changed(context.host),
    peer: async (name) => changed(await context.peer(name)),
    firstFit: async (machines, unfit) => changed(await context.firstFit(machines, unfit)),
  };
}
