import type { Cluster } from '../../src/cluster/cluster.js';
import type { Outcome, Step } from '../../src/steps/step.js';
import type { Doing } from './around-hosts.js';

/** What must hold in every run, whatever breaks; each violation is a line in `broken`. */
export class Laws {
  readonly broken: string[] = [];
  readonly #cluster: Cluster;
  readonly #catalogue: readonly Step[];
  readonly #verified = new Set<string>();
  readonly #running = new Map<string, Set<string>>();
  /** Contents of the authorities' files that lie on hosts, and the authorities that were made. */
  readonly #authorities = new Map<string, string>();
  readonly #etcdChanges = new Set<string>();

  constructor(cluster: Cluster, catalogue: readonly Step[]) {
    this.#cluster = cluster;
    this.#catalogue = catalogue;
  }

  /** `at`: the host, or the cluster of a step that acts once for it. */
  begins({ name, pace }: Step, at: string): void {
    const hosts = this.#running.get(name) ?? new Set();
    this.#running.set(name, hosts.add(at));
    if (pace !== 'all at once' && hosts.size > ('once' in pace ? 1 : pace.atMost))
      this.broken.push(`${name} ran on ${[...hosts].join(' and ')} at once`);
  }

  /** `on`: the host on which it ended well. */
  ends({ name }: Step, at: string, on?: string): void {
    this.#running.get(name)?.delete(at);
    this.#etcdChanges.delete(at);
    if (on !== undefined) this.#verified.add(`${name} ${on}`);
  }

  /** The run has ended: nothing of it may be at work any longer. */
  over(): void {
    for (const [name, hosts] of this.#running)
      for (const host of hosts) this.broken.push(`${name} was at work on ${host} after the run had ended`);
  }

  /**
   * A host was given a command and carries it out. The same content again is no harm: the recording has no answer for a host
   * that was given half of its authorities, so a step that was cut off there begins with the first.
   */
  carriedOut(host: string, command: string, stdin: string): void {
    const file = /mv -fT "\$file" (\/etc\/kubernetes\/pki\/(?:(?:etcd\/|front-proxy-)?ca|sa)\.\w+);/.exec(command)?.[1];
    const made = [...command.matchAll(/kubeadm init phase certs ((?:etcd-|front-proxy-)?ca|sa) /g)].map(
      ([, name]) => name,
    );
    if (file) this.#lies(`${file} of ${host}`, stdin);
    // Made twice, it is another one, whichever host made it.
    for (const name of made) this.#lies(`authority ${name}`, `${this.#authorities.size}`);
    // Nobody cancels in a simulation.
    if (/systemctl stop '?kha-/.test(command)) this.broken.push(`a unit was stopped on ${host}: ${command}`);
  }

  #lies(authority: string, content: string): void {
    if ((this.#authorities.get(authority) ?? content) !== content) this.broken.push(`${authority} was replaced`);
    this.#authorities.set(authority, content);
  }

  /** `what`: the command that a step runs, or the path that it writes. */
  changes({ step, host, machine }: Doing, what: string): void {
    if (this.#verified.has(`${step.name} ${host}`))
      this.broken.push(`${step.name} changed ${machine} again after it was verified on ${host}`);
    for (const outcome of step.needs ?? [])
      if (!this.#given(outcome, host)) this.broken.push(`${step.name} changed ${machine} before there was: ${outcome}`);
    if (!what.includes('/etc/kubernetes/manifests/etcd.yaml') || !this.#given('healthy etcd', host)) return;
    this.#etcdChanges.add(host);
    if (this.#etcdChanges.size > 1)
      this.broken.push(`etcd members restarted at once: ${[...this.#etcdChanges].join(', ')}`);
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
