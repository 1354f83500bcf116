import { machineNamed, type Cluster } from '../../src/cluster/cluster.js';
import { answer as answerOf, type Fact, type Output } from '../../src/facts/fact.js';
import type { Host } from '../../src/steps/host.js';
import type { ApplyContext, Unfit } from '../../src/steps/step.js';

/** Files by path, of each host. */
export type Disks = Record<string, Record<string, string>>;

/** What hosts answer besides what is on their disks: by a piece of the command. */
export type Answers = Record<string, (host: string, command: string) => string | Output | undefined>;

/**
 * Hosts that know their files and what a test tells them, and fail on anything else. `done` holds what was changed, as
 * `host: command`; files that were written are on the disks afterwards.
 */
export function world(wanted: Cluster, disks: Disks, answers: Answers = {}) {
  const done: string[] = [];
  const answer = (host: string, command: string): Output => {
    const disk = (disks[host] ??= {});
    const said = Object.entries(answers)
      .filter(([piece]) => command.includes(piece))
      .map(([, tell]) => tell(host, command))
      .find((one) => one !== undefined);
    if (said !== undefined) return typeof said === 'string' ? { code: 0, stdout: said, stderr: '' } : said;
    const listed = /; for path in (.*); do if present "\$path"; then echo "\$path"; fi; done$/.exec(command)?.[1];
    if (listed !== undefined) {
      const found = listed
        .split(' ')
        .filter((path) => Object.keys(disk).some((one) => `${one}/`.startsWith(`${path}/`)));
      return { code: 0, stdout: found.map((path) => `${path}\n`).join(''), stderr: '' };
    }
    const path = /; if ! present (\S+); then echo absent;/.exec(command)?.[1];
    if (path !== undefined) return { code: 0, stdout: path in disk ? `600\n${disk[path]}` : 'absent\n', stderr: '' };
    throw new Error(`${host} was asked what no test told it: ${command}`);
  };
  const host = (name: string): Host => ({
    machine: machineNamed(wanted, name),
    read: async <T>(fact: Fact<T>) => Promise.resolve(answerOf(fact, answer(name, fact.command))),
    run: async (command) => {
      done.push(`${name}: ${command}`);
      const { code, stdout, stderr } = answer(name, command);
      return code === 0 ? Promise.resolve(stdout) : Promise.reject(new Error(stderr));
    },
    runUnit: async (script) => {
      done.push(`${name}: unit ${script}`);
      return Promise.resolve(answer(name, script).stdout);
    },
    write: async (path, content) => {
      done.push(`${name}: write ${path}`);
      (disks[name] ??= {})[path] = content;
      return Promise.resolve();
    },
  });
  const context = (name: string): ApplyContext =>
    ({
      cluster: wanted,
      host: host(name),
      peer: async (other: string) => Promise.resolve(host(other)),
      async firstFit(machines: readonly { name: string }[], unfit: Unfit) {
        for (const { name: other } of machines) if ((await unfit(host(other), wanted)).length === 0) return host(other);
        throw new Error('none is fit');
      },
      warn: () => undefined,
    }) as unknown as ApplyContext;
  return { done, context };
}
