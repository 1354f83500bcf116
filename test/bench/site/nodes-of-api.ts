import type { Cluster } from '../../../src/cluster/cluster.js';
import { nodes } from '../../../src/cluster/roles.js';
import type { Output } from '../../../src/facts/fact.js';
import { machineIds } from '../../../src/facts/machine-ids.js';

const limit = / -l 'kubernetes\.io\/hostname in \(([^)]*)\)'/;

/** What the API tells of nodes where a run is about some hosts: the lab's was about all of them when it was recorded. */
export class NodesOfApi {
  /** Those that the pods of the network proof are for; undefined of every node. */
  #proved: ReadonlySet<string> | undefined;

  /** The answer to a command that the lab was never given; undefined of any other. */
  answer(cluster: Cluster, command: string): Output | undefined {
    if (command !== machineIds.command) return undefined;
    const lines = nodes(cluster).map(
      ({ name }, index) => `${name} ${(0xa000 + index).toString(16).padStart(32, '0')}\n`,
    );
    return { code: 0, stdout: lines.join(''), stderr: '' };
  }

  /** A command as the lab was given it: names of nodes were others there. */
  static unlimited(command: string): string {
    return command.replace(limit, '');
  }

  /** A recorded answer, of nodes with those alone that were asked for, and of the proof's pods with those that it has. */
  told(command: string, stdin: string, output: Output): Output {
    if (stdin.includes('"kha-proof"') && stdin.includes('"DaemonSet"')) this.#proved = namesIn(stdin);
    const [, names] = limit.exec(command) ?? [];
    if (names !== undefined) return only(output, 0, new Set(names.split(',')));
    if (this.#proved === undefined || !command.includes(' -n kha-proof get pods ')) return output;
    return only(output, 1, this.#proved);
  }
}

/** Lines that have one of these names as their word of that number, the first of which is 0. */
function only(output: Output, word: number, names: ReadonlySet<string>): Output {
  const lines = output.stdout.split('\n').filter((line) => names.has(line.split(' ')[word] ?? ''));
  return { ...output, stdout: lines.map((line) => `${line}\n`).join('') };
}

function namesIn(stdin: string): ReadonlySet<string> | undefined {
  const [, names] = /"kubernetes\.io\/hostname",\s*"operator":\s*"In",\s*"values":\s*(\[[^\]]*\])/.exec(stdin) ?? [];
  return names === undefined ? undefined : new Set(JSON.parse(names) as string[]);
}
