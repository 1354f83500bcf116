import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cluster } from '../cluster/cluster.js';
import { loginAddress, sshSettings } from '../cluster/cluster.js';
import { hopsTo, type Target } from '../activities/ssh/connect.js';
import { contentOf } from '../activities/ssh/host-key.js';
import { fingerprint, nameOf } from '../activities/ssh/known-hosts.js';
import { shownKey, type ShownKey } from '../activities/ssh/shown-key.js';

/** Hosts that are asked at a time. */
const atOnce = 20;

export interface Person {
  tell(words: string): void;
  /** Whether these keys, which `tell` has shown, are to be trusted. */
  agrees(keys: number): Promise<boolean>;
}

/** How it ended: no host was left out, some were, or the person said no. */
export type Trust = 'all' | 'some' | 'refused';

/**
 * Shows the keys of a cluster's hosts and jump hosts that its known_hosts file lacks, and adds them if the person agrees.
 * Jump hosts come first, as nothing behind one can be asked before it is trusted. A key that changed or was revoked is told,
 * and never replaced.
 */
export async function trustHosts(cluster: Cluster, person: Person): Promise<Trust> {
  const chains = cluster.hosts.map((machine) => {
    const target = { name: machine.name, address: loginAddress(machine), settings: sshSettings(cluster, machine) };
    // A hop is reached through those before it.
    const hops = hopsTo(target).map((hop, index, all) => ({
      ...hop,
      settings: {
        ...hop.settings,
        jump: all.slice(0, index).map(({ address, settings }) => ({ address, ...settings })),
      },
    }));
    return [...hops, target];
  });
  const deepest = Math.max(...chains.map(({ length }) => length));
  const lost = new Set<string>();
  for (let level = 0; level < deepest; level += 1) {
    const targets = new Map<string, Target>();
    for (const chain of chains) {
      const target = chain[level];
      if (target && !chain.slice(0, level).some((hop) => lost.has(placeOf(hop)))) targets.set(placeOf(target), target);
    }
    const shown = await ask([...targets.values()], (target, why) => {
      lost.add(placeOf(target));
      person.tell(why);
    });
    const unknown = shown.filter(({ verdict }) => verdict === 'unknown');
    if (unknown.length === 0) continue;
    for (const { target, key } of unknown)
      person.tell(`${target.name} at ${placeOf(target)} shows ${typeOf(key)} ${fingerprint(key)}`);
    if (!(await person.agrees(unknown.length))) return 'refused';
    for (const file of new Set(unknown.map((one) => one.file))) {
      const lines = unknown.filter((one) => one.file === file).map(lineOf);
      await append(file, lines);
      person.tell(`${file}: ${lines.length === 1 ? 'one key' : `${lines.length} keys`} added`);
    }
  }
  // Whoever lies behind one that was left out is left out too.
  return lost.size > 0 ? 'some' : 'all';
}

async function ask(targets: readonly Target[], leaveOut: (target: Target, why: string) => void): Promise<ShownKey[]> {
  const left = [...targets];
  const shown: ShownKey[] = [];
  const work = async (): Promise<void> => {
    for (let target = left.shift(); target; target = left.shift()) {
      try {
        const found = await shownKey(target);
        const { verdict, line, file, key } = found;
        if (verdict === 'changed' || verdict === 'revoked')
          leaveOut(
            target,
            `${target.name} at ${placeOf(target)} shows ${fingerprint(key)}: ${verdict === 'changed' ? `line ${line} of ${file} has another key for it` : `line ${line} of ${file} revokes it`}. It is left as it is: find out why first`,
          );
        else shown.push(found);
      } catch (error) {
        leaveOut(target, error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const order = (one: ShownKey): number => targets.indexOf(one.target);
  return shown.sort((one, other) => order(one) - order(other));
}

const placeOf = ({ address, settings }: Target): string => nameOf(address, settings.port);

/** The name of a key's type stands first in it, after its length in four bytes (RFC 4253, 6.6). */
const typeOf = (key: Buffer): string => key.toString('latin1', 4, 4 + key.readUInt32BE(0));

const lineOf = ({ target, key }: ShownKey): string => `${placeOf(target)} ${typeOf(key)} ${key.toString('base64')}`;

/** In one write at the end, where ssh itself may be adding a line as well: a file put in its place would lose that. */
async function append(file: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const begun = await contentOf(file);
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.writeFile(`${begun === '' || begun.endsWith('\n') ? '' : '\n'}${lines.join('\n')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
