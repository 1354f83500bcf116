import type { Cluster } from '../../src/cluster/cluster.js';
import { etcdHosts } from '../../src/cluster/roles.js';
import type { Outcome, Step } from '../../src/steps/step.js';
import type { Doing } from './around-hosts.js';

/** What must hold in every run, whatever breaks; each violation is a line in `broken`. */
export class Laws {
  readonly broken: string[] = [];
  readonly #cluster: Cluster;
  readonly #catalogue: readonly Step[];
  readonly #verified = new Set<string>();
  readonly #running = new Map<string, Set<string>>();
  readonly #etcdChanges = new Set<string>();

  constructor(cluster: Cluster, catalogue: readonly Step[]) {
    this.#cluster = cluster;
    this.#catalogue = catalogue;
  }

  begins({ name, pace }: Step, host: string): void {
    const hosts = this.#running.get(name) ?? new Set();
    this.#running.set(name, hosts.add(host));
    if (pace !== 'all at once' && hosts.size > ('once' in pace ? 1 : pace.atMost))
      this.broken.push(`${name} ran on ${[...hosts].join(' and ')} at once`);
  }

  ends({ name }: Step, host: string, well: boolean): void {
    this.#running.get(name)?.delete(host);
    this.#etcdChanges.delete(host);
    if (well) this.#verified.add(`${name} ${host}`);
  }

  changes({ step, host, machine }: Doing, command: string): void {
    if (this.#verified.has(`${step.name} ${host}`))
      this.broken.push(`${step.name} changed ${machine} again after it was verified on ${host}`);
    for (const outcome of step.needs ?? [])
      if (!this.#given(outcome, host)) this.broken.push(`${step.name} changed ${machine} before there was: ${outcome}`);
    if (!command.includes('/etc/kubernetes/manifests/etcd.yaml') || !this.#given('healthy etcd', host)) return;
    this.#etcdChanges.add(host);
    const members = etcdHosts(this.#cluster).length;
    if (this.#etcdChanges.size > (members - 1) / 2)
      this.broken.push(`etcd below quorum: ${[...this.#etcdChanges].join(', ')} of ${members} members changed at once`);
  }

  /** A step gives its outcome on a host once it ended well there. */
  #given(outcome: Outcome, host: string): boolean {
    return this.#catalogue
      .filter(({ gives }) => gives === outcome)
      .some((giver) => {
        const hosts = giver.on(this.#cluster).map((machine) => machine.name);
        const ended = (one: string): boolean => this.#verified.has(`${giver.name} ${one}`);
        if (giver.pace !== 'all at once' && 'once' in giver.pace) return hosts.some(ended);
        return (hosts.includes(host) ? [host] : hosts).every(ended);
      });
  }
}
