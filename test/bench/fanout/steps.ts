import type { Fact } from '../../../src/facts/fact.js';
import { sh } from '../../../src/facts/sh.js';
import type { Step } from '../../../src/steps/step.js';

export const count = 10;

/** The commands of each step, for kha and for what it is compared with. */
export const commands = (path: string) => ({ check: sh`test -e ${path}`, apply: sh`touch ${path}` });

const there = (path: string): Fact<boolean> => ({
  command: commands(path).check,
  codes: [0, 1],
  parse: ({ code }) => code === 0,
});

/** Steps that make one file each, in the folder of their host. */
export const stepsIn = (folder: string): Step[] =>
  Array.from({ length: count }, (_, index) => {
    const path = (host: string): string => `${folder}/${host}/${index}`;
    return {
      name: `make${index}`,
      does: `Make file ${index}`,
      on: ({ hosts }) => hosts,
      pace: 'all at once',
      retry: 'edit',
      check: async ({ host }) =>
        (await host.read(there(path(host.machine.name)))) ? [] : [`${path(host.machine.name)} is not there`],
      apply: async ({ host }) => void (await host.run(commands(path(host.machine.name)).apply)),
    };
  });
