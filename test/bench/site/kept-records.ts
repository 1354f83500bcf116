import { specDigest } from '../../../src/cluster/digest.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import type { ClusterRecord } from '../../../src/cluster/parse-record.js';
import { recordText } from '../../../src/cluster/record.js';
import { nodes } from '../../../src/cluster/roles.js';
import type { Output } from '../../../src/facts/fact.js';

const file = '/var/lib/kha/record.json';
/** ConfigMaps that name the cluster's hosts: its record, and the proof of its network. */
const [record, proof] = ['kha-cluster', 'kha-network-proof'];

interface ConfigMap {
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The cluster's record as hosts and the API keep it, and whose network was proved: unlike all else, what was recorded in
 * the lab is no answer, as it names the lab's own hosts.
 */
export class KeptRecords {
  readonly #files = new Map<string, string>();
  readonly #published = new Map<string, string>();

  /** The answer to a command about one of them; undefined of any other. */
  answer(host: string, command: string, stdin: string): Output | undefined {
    if (command.includes(`mv -fT "$file" ${file};`)) {
      this.#files.set(host, stdin);
      return said('');
    }
    if (command.includes(`if ! present ${file};`)) {
      const kept = this.#files.get(host);
      return said(kept === undefined ? 'absent\n' : `600\n${kept}`);
    }
    if (command.includes(`get configmap ${record} `)) return said(this.#published.get(record) ?? '');
    if (command.includes(` configmap ${proof} `)) {
      const kept = this.#published.get(proof);
      return kept === undefined ? notFound(proof) : said(kept);
    }
    if (!/^kubectl .* apply .*-f -$/.test(command)) return undefined;
    const name = [record, proof].find((one) => stdin.includes(`"name": "${one}"`));
    if (name === undefined) return undefined;
    // After the mark at which YAML's documents begin.
    this.#published.set(name, stdin.slice(stdin.indexOf('{')));
    return said(`configmap/${name} serverside-applied\n`);
  }

  /** Lets them tell of this cluster instead of the one that was installed. Throws where none was. */
  async tellOf(cluster: Cluster): Promise<void> {
    const digest = await specDigest(cluster);
    const told = (text: string): string =>
      recordText({ ...(JSON.parse(text) as ClusterRecord), spec: cluster, digest });
    for (const [host, text] of this.#files) this.#files.set(host, told(text));
    this.#amend(record, ({ 'record.json': text = '' }) => ({ 'record.json': told(text) }));
    this.#amend(proof, (data) => ({
      ...data,
      nodes: nodes(cluster)
        .map(({ name }) => name)
        .sort()
        .join(' '),
    }));
  }

  #amend(name: string, change: (data: ConfigMap['data']) => ConfigMap['data']): void {
    const text = this.#published.get(name);
    if (text === undefined) throw new Error(`no ConfigMap ${name} was published`);
    const found = JSON.parse(text) as ConfigMap;
    this.#published.set(name, JSON.stringify({ ...found, data: change(found.data) }));
  }
}

const said = (stdout: string): Output => ({ code: 0, stdout, stderr: '' });

const notFound = (name: string): Output => ({
  code: 1,
  stdout: '',
  stderr: `Error from server (NotFound): configmaps "${name}" not found\n`,
});
