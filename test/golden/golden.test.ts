import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.js';
import * as catalogue from '../../src/steps/index.js';
import { Refusal } from '../../src/steps/refusal.js';
import type { Step } from '../../src/steps/step.js';
import { variantsOf } from '../../src/steps/variants.js';
import { contextOf } from '../steps/fake-host.js';
import { bundle, GoldenHost } from './golden-host.js';
import { samples } from './samples.js';

/** The steps as an install orders them: as they stand in its stages, the first time each. */
function installOrder(): Step[] {
  const words = (file: string): string[] => {
    const text = readFileSync(new URL(`../../src/workflows/${file}.ts`, import.meta.url), 'utf8');
    const body = text.slice(text.lastIndexOf("from '")).replaceAll(/gate\([^)]*\)/g, '');
    return [...body.matchAll(/\b[a-z]\w+\b/g)].map(([name]) => name);
  };
  // What every host goes through stands in lists of their own, and comes after preflight, which changes nothing.
  const named = [...words('prepared-hosts'), ...words('install-cluster')];
  return [...new Set(named)].flatMap((name) => (name in catalogue ? [catalogue[name as keyof typeof catalogue]] : []));
}

/** By file below the sample's folder: what lies on one host of each set of roles after an install, and all that was done to it. */
async function rendered(
  cluster: Cluster,
  steps = installOrder().flatMap((step) => variantsOf(cluster, step)),
): Promise<Record<string, string>> {
  const hosts = cluster.hosts.map(({ name }) => new GoldenHost(cluster, name));
  for (const step of steps) {
    const acting = step.on(cluster).map(({ name }) => hosts.find(({ machine }) => machine.name === name)!);
    for (const host of step.apply ? acting : []) {
      const context = contextOf(cluster, host, hosts, bundle);
      try {
        if ((await step.check(context)).length === 0) continue;
        host.done.push(`# ${step.name}`);
        await step.apply!(context);
      } catch (error) {
        throw new Error(`${step.name} on ${host.machine.name}: ${String(error)}`, { cause: error });
      }
    }
  }
  const firsts = hosts.filter(
    ({ machine }, index) => hosts.findIndex((other) => other.machine.roles.join() === machine.roles.join()) === index,
  );
  return Object.fromEntries(
    firsts.flatMap(({ machine: { name }, files, done }) => [
      ...[...files].map(([path, { content }]) => [name + path, content] as const),
      [`${name}/done.txt`, `${done.join('\n\n')}\n`] as const,
    ]),
  );
}

const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile());

describe('everything that an install writes to a host', () => {
  // The record tells when it was written.
  beforeAll(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) }));
  afterAll(() => vi.useRealTimers());

  it('is never half of it: a step that is refused on any host fails the run, in its words', async () => {
    const refusing: Step = {
      ...catalogue.writeHostNames,
      check: ({ host: { machine } }) =>
        machine.name === 'm2' ? Promise.reject(new Refusal('it is another’s', 'ask')) : Promise.resolve(['it is not']),
    };
    await expect(rendered(samples['stacked']!, [refusing])).rejects.toThrow(
      'writeHostNames on m2: Refused: it is another’s',
    );
  });

  it.each(Object.entries(samples))('%s', async (name, cluster) => {
    const folder = fileURLToPath(new URL(name, import.meta.url));
    const files = await rendered(cluster);
    // `npm run golden`: the folder is made anew, so that none stays which nothing writes any more.
    if (process.env['KHA_GOLDEN']) {
      rmSync(folder, { recursive: true, force: true });
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
    }
    const kept = Object.fromEntries(below(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
    // A difference that is meant: npm run golden, and look at it in git diff.
    expect(kept).toEqual(files);
  });
});
