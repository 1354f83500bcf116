import { AsyncLocalStorage } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { defaultSize, labDown, labUp } from '../../lab/index.js';
import { createActivities } from '../../src/activities/index.js';
import { createLookAhead } from '../../src/activities/look-ahead.js';
import { version } from '../../src/version.js';
import type { Cluster } from '../../src/cluster/cluster.js';
import { readSpec } from '../../src/client/spec/read.js';
import * as steps from '../../src/steps/index.js';
import { openBench } from '../workflows/bench.js';
import { recordingFile, type Recorded, type Recording } from './recording.js';
import { aroundHosts } from './around-hosts.js';
import { askedTogether } from './together.js';
import { watchedPool } from './watched-pool.js';
import { unused } from './unused.js';

type Kind = Recorded['kind'];

/** `npm run record:hosts`: installs in the lab and keeps what the hosts were asked and told, for the simulation. */
it('records an install in the lab', async () => {
  const spec = await labUp('sim', defaultSize, ({ what, state }) => console.log(state, what));
  const { cluster } = await readSpec(spec);
  const changes: { host: string; command: string }[] = [];
  const commands: Recorded[] = [];
  const done = new Set<number>();
  const kind = new AsyncLocalStorage<Kind>();

  const keep = (entry: Omit<Recorded, 'after'>): void => {
    if (entry.kind !== 'read') {
      changes.push({ host: entry.host, command: entry.command });
      done.add(changes.length - 1);
    }
    commands.push({ ...entry, after: [...done] });
  };
  const pool = watchedPool(async (host, command, stdin, run) => {
    const output = await run();
    const tag = kind.getStore();
    // The commands around a unit are the unit's own affair; its script is kept as one change.
    if (!tag || tag === 'unit') return output;
    const asked = askedTogether(command, stdin);
    const outputs = asked?.outputs(output) ?? [output];
    for (const [index, one] of (asked?.questions ?? [{ command }]).entries())
      keep({ kind: tag, host, command: one.command, output: outputs[index]! });
    return output;
  });
  const around = aroundHosts(Object.values(steps), cluster, {
    read: (_, ask) => kind.run('read', ask),
    change: (_, __, act) => kind.run('change', act),
    async unit({ machine }, script, act) {
      const stdout = await kind.run('unit', act);
      keep({ kind: 'unit', host: machine, command: script, output: { code: 0, stdout, stderr: '' } });
      return stdout;
    },
  });
  const lent = {
    ...unused(),
    pool,
    steps: around,
    cluster: async () => Promise.resolve({ cluster }),
    kha: version,
  };
  const activities = { ...createActivities(lent), ...createLookAhead(lent) };
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
    kha: version,
    cluster: { ...cluster, ssh: { ...cluster.ssh, key: 'key', knownHosts: 'known_hosts' } },
    changes,
    commands,
  };
  writeFileSync(recordingFile, gzipSync(scrubbed(plain, cluster.ssh), { level: 9 }));
  console.log(`${commands.length} commands, ${changes.length} changes`);
});

/** Key material of the lab's cluster, dead as it is, has no place in a repository; what a check compares stays comparable. */
function scrubbed(recording: Recording, { key, knownHosts }: Cluster['ssh']): string {
  let text = JSON.stringify(recording)
    .replaceAll(/(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END)/g, '$1$2')
    .replaceAll(/(client-key-data: )[^\\ ]+/g, '$1none');
  // The cluster's record tells where the keys to the hosts are.
  if (key) text = text.replaceAll(key, 'key');
  if (knownHosts) text = text.replaceAll(knownHosts, 'known_hosts');
  for (const { command, output } of recording.commands) {
    const last = output.stdout.trim().split('\n').at(-1) ?? '';
    if (command.includes('tr -dc ') && /^\w{8}$/.test(last)) text = text.replaceAll(last, 'password');
    if (command.includes(' create --ttl ') && last) text = text.replaceAll(last, 'abcdef.0123456789abcdef');
  }
  return text;
}
