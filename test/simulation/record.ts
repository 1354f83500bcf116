import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { labDown, labUp } from '../../lab/index.js';
import { createActivities } from '../../src/activities/index.js';
import { Pool, type Link } from '../../src/activities/ssh/pool.js';
import type { Target } from '../../src/activities/ssh/connect.js';
import { readSpec } from '../../src/client/spec/read.js';
import * as steps from '../../src/steps/index.js';
import { openBench } from '../workflows/bench.js';
import { recordingFile, type Recorded, type Recording } from './recording.js';
import { aroundHosts } from './around-hosts.js';

type Kind = Recorded['kind'];

/** `npm run record:hosts`: installs in the lab and keeps what the hosts were asked and told, for the simulation. */
it('records an install in the lab', async () => {
  const spec = await labUp('sim', { masters: 3, workers: 1, loadBalancers: 0 }, ({ what, state }) =>
    console.log(state, what),
  );
  const { cluster } = await readSpec(spec);
  const changes: { host: string; command: string }[] = [];
  const commands: Recorded[] = [];
  const done = new Set<number>();
  const kind = new AsyncLocalStorage<{ kind: Kind; secret: boolean }>();

  const keep = (entry: Omit<Recorded, 'after'>): void => {
    if (entry.kind !== 'read') {
      changes.push({ host: entry.host, command: entry.command });
      done.add(changes.length - 1);
    }
    commands.push({ ...entry, after: [...done] });
  };
  const pool = new Pool();
  const real = pool.to.bind(pool);
  pool.to = (target: Target): Link => {
    const link = real(target);
    return new Proxy(link, {
      get: (object, key) =>
        key !== 'run'
          ? (Reflect.get(object, key) as unknown)
          : async (command: string, options: object) => {
              const output = await object.run(command, options);
              const tag = kind.getStore();
              // The commands around a unit are the unit's own affair; its script is kept as one change.
              if (tag && tag.kind !== 'unit')
                keep({ kind: tag.kind, host: target.name, command, output: hidden(output, tag.secret) });
              return output;
            },
    });
  };
  const around = aroundHosts(Object.values(steps), {
    read: (_, fact, ask) => kind.run({ kind: 'read', secret: fact.secret === true }, ask),
    change: (_, secret, act) => kind.run({ kind: 'change', secret }, act),
    async unit({ machine }, script, act) {
      const stdout = await kind.run({ kind: 'unit', secret: false }, act);
      keep({ kind: 'unit', host: machine, command: script, output: { code: 0, stdout, stderr: '' } });
      return stdout;
    },
  });
  const activities = createActivities({ pool, steps: around, cluster: async () => Promise.resolve(cluster) });
  const bench = await openBench();
  try {
    await bench.run(cluster, { activities }, async ({ handle, progress }) => {
      const held = setInterval(
        () =>
          void progress().then(({ lines }) =>
            lines.filter(({ state }) => state === 'held').map(({ problem }) => console.log(problem)),
          ),
        5_000,
      );
      expect(await handle.result()).toMatchObject({ problems: [] });
      clearInterval(held);
    });
  } finally {
    await bench.close();
    pool.close();
    await labDown('sim', () => undefined);
  }
  const plain: Recording = {
    cluster: { ...cluster, ssh: { ...cluster.ssh, key: 'key', knownHosts: 'known_hosts' } },
    changes,
    commands,
  };
  writeFileSync(recordingFile, gzipSync(JSON.stringify(plain), { level: 9 }));
  console.log(`${commands.length} commands, ${changes.length} changes`);
});

/** Key material of the lab's cluster, dead as it is, has no place in a repository. */
function hidden(output: Recorded['output'], secret: boolean): Recorded['output'] {
  const text = (words: string): string =>
    secret && words !== ''
      ? 'secret\n'
      : words
          .replaceAll(/[a-z0-9]{6}\.[a-z0-9]{16}\b/g, 'abcdef.0123456789abcdef')
          .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/g, 'secret');
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}
