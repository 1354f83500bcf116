import type { Description } from '../../src/cluster/bundle-description.js';
import { machineNamed, type Cluster, type Machine } from '../../src/cluster/cluster.js';
import { podSubnets } from '../../src/cluster/families.js';
import { familyOf } from '../../src/cluster/ip.js';
import { apiServerUrl, nodes } from '../../src/cluster/roles.js';
import { apiHealth } from '../../src/cluster/seed-profile.js';
import { isKeyless } from '../../src/cluster/given-authorities.js';
import { docker, dockerImages } from '../../src/facts/docker.js';
import type { Fact } from '../../src/facts/fact.js';
import type { FileFact } from '../../src/facts/files.js';
import { cgroupVersion, limits } from '../../src/facts/kernel.js';
import type { Held } from '../../src/facts/key-pairs.js';
import { addresses, linkLocalAddresses, httpsStatus } from '../../src/facts/network.js';
import { placedPods, type PlacedPod } from '../../src/facts/pods.js';
import type { Host, RunOptions, WriteOptions } from '../../src/steps/host.js';
import { describedBundle } from '../described-bundle.js';
import { ofBareHost } from '../steps/bare-host.js';

const binaries = [
  'kubelet',
  'kubeadm',
  'kubectl',
  'containerd',
  'ctr',
  'containerd-shim-runc-v2',
  'etcdctl',
  'etcdutl',
];
export const names = [
  ...binaries.map((name) => `bin/amd64/${name}`),
  'manifests/calico.yaml',
  'manifests/limits.yaml',
  'deb/debian-13/haproxy_3.0-1_amd64.deb',
  'deb/debian-13/keepalived_1%3a2.3-1_amd64.deb',
  'deb/debian-13/runc_1.1-1_amd64.deb',
  'manifests/metrics-server.yaml',
];
/** The registry’s, and the file’s. */
export const bundle: Description = withAddOn(describedBundle(...names));

function withAddOn(plain: Description): Description {
  const image = 'registry.k8s.io/metrics-server/metrics-server:v0.9.0';
  const images = { ...plain.images, [image]: `sha256:${'f'.repeat(64)}` };
  return { ...plain, images, addOns: { 'metrics-server': { [image]: image } } };
}

/** Secrets that lie on hosts, as something that everybody may know. */
const placeholders: readonly [RegExp, string][] = [
  [/vrrp-password$/, 'VRRPPASS\n'],
  [/^\/etc\/kubernetes\/kubelet\.conf$/, 'clusters:\n- cluster:\n    server: https://10.0.0.99:6443\n'],
  [/^\/etc\/kubernetes\/pki\//, 'key material of another host\n'],
  [/^\/etc\/kubernetes\/kha\/requests\/.*\.csr$/, 'a request\n'],
];

/** Every pair of files that is asked for, as the host that made the authorities has it. */
const wholePairs = (cluster: Cluster, command: string): Map<string, Held> =>
  new Map(
    [...command.matchAll(/echo 'pair ([^']+)'/g)].map(([, name = '']) => [
      name,
      {
        public: { print: 'ab'.repeat(32), key: 'cd'.repeat(32) },
        private: isKeyless(cluster, name) ? 'absent' : { key: 'cd'.repeat(32) },
      },
    ]),
  );

/** The network's proof has a pod on every node, with an address of each family. */
const probesOf = (cluster: Cluster): PlacedPod[] =>
  nodes(cluster).map(({ name }, index) => ({
    name: `probe-${index + 1}`,
    node: name,
    addresses: podSubnets(cluster).map((subnet) =>
      familyOf(subnet) === 6 ? `fd00:192:168::${index + 1}` : `192.168.0.${index + 1}`,
    ),
  }));

/** A bare Debian host that keeps what is written to it, and a list of all that was done to it, in order. */
export class GoldenHost implements Host {
  readonly machine: Machine;
  readonly files = new Map<string, FileFact>();
  readonly done: string[] = [];

  /** What kubeadm leaves, and with it an API server that is ready. */
  readonly #made = new Set<string>();

  #hasAuthorities = false;

  #hasSecret = false;

  /** Keys and requests that the host made for authorities whose own keys stay away. */
  readonly #asked = new Set<string>();

  readonly #cluster: Cluster;

  constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.machine = machineNamed(cluster, name);
  }

  read<T>(fact: Fact<T>): Promise<T> {
    return Promise.resolve().then(() => this.#answer(fact) as T);
  }

  run(command: string, { stdin }: RunOptions = {}): Promise<string> {
    this.done.push(`run\n${command}${stdin ? `\n< ${stdin}` : ''}`);
    if (/init phase certs sa |alpha phase certs all /.test(command)) this.#hasAuthorities = true;
    if (command.includes(' create secret generic ')) this.#hasSecret = true;
    for (const [, name = ''] of command.matchAll(/openssl req .*-out \S+\/(\S+)\.csr\.new/g)) this.#asked.add(name);
    const [, from = '', to = ''] = /mv -n (\S+) (\S+)/.exec(command) ?? [];
    const moved = this.files.get(from);
    if (moved && this.files.delete(from)) this.files.set(to, moved);
    if (/token .*create/.test(command)) return Promise.resolve('abcdef.0123456789abcdef\n');
    return Promise.resolve(command.endsWith('sha256sum') ? `${'0'.repeat(64)}  -\n` : '');
  }

  runUnit(script: string): Promise<string> {
    if (/kubeadm (init|join .*control-plane)/.test(script)) this.#made.add('/etc/kubernetes/admin.conf');
    this.done.push(`unit\n${script}`);
    return Promise.resolve('');
  }

  write(path: string, content: string, { mode = '0644', secret = false }: WriteOptions = {}): Promise<void> {
    this.files.set(path, { content, mode: mode.replace(/^0/, '') });
    this.done.push(`write ${path} ${mode}${secret ? ' secret' : ''}`);
    return Promise.resolve();
  }

  /** Facts of files are told apart by the programs that they call; all others are told as a bare host would. */
  #answer(fact: Fact<unknown>): unknown {
    const { command } = fact;
    if (command === cgroupVersion.command) return 2;
    if (command === limits.command) return { lowersOomScore: true, setsConntrack: true };
    if (command === addresses(familyOf(this.machine.address)).command)
      return [{ device: 'eth0', address: this.machine.address, prefix: 24 }];
    if (command === linkLocalAddresses.command) return [{ device: 'eth0', address: 'fe80::1', prefix: 64 }];
    if (command.includes('digest=$(printf')) return bundle;
    if (command.endsWith('echo end') && this.#hasAuthorities && command.includes("echo 'pair ca'"))
      return wholePairs(this.#cluster, command);
    if (command.endsWith('echo end') && command.includes('/kha/requests/')) return this.#requested(command);
    if (command.endsWith('echo end')) return ofBareHost(fact);
    const paths = command.match(/(?<=[ '=])\/(?:etc|var|sys)\/[\w./-]+/g) ?? [];
    if (command.includes('echo absent')) return this.#file(paths[0]!);
    if (command.includes('sha256sum')) return new Map();
    if (command.includes(' get secret ')) return this.#hasSecret ? { expires: Date.UTC(2027, 0, 1) } : undefined;
    if (command.includes('openssl x509')) return new Map();
    if (command.includes('%U:%G')) return new Map();
    if (command.includes('do if present')) return paths.filter((path) => this.files.has(path) || this.#made.has(path));
    if (command.includes('configmap kube-proxy'))
      return { data: { 'kubeconfig.conf': '\n    server: https://10.0.0.99:6443\n' } };
    if (command.includes(httpsStatus(`${apiServerUrl(this.machine)}${apiHealth(this.#cluster)}`).command))
      return this.#made.size > 0 ? 200 : 0;
    if (command === docker.command)
      return { version: '17.03.0-ce', storageDriver: 'devicemapper', cgroupDriver: 'cgroupfs' };
    if (command === dockerImages.command) return new Map();
    if (command.includes('rollout status')) return [];
    if (command === placedPods('kha-proof', 'app=probe').command) return probesOf(this.#cluster);
    if (command.includes('service probe')) return { spec: { clusterIPs: ['10.96.0.9', 'fd00:10:96::9'] } };
    return ofBareHost(fact);
  }

  #requested = (command: string): Map<string, Held> =>
    new Map(
      [...command.matchAll(/echo 'pair ([^']+)'/g)].map(([, name = '']) => [
        name,
        { public: 'absent', private: this.#asked.has(name) ? { key: 'ef'.repeat(32) } : 'absent' },
      ]),
    );

  #file(path: string): FileFact | undefined {
    const placeholder = placeholders.find(([pattern]) => pattern.test(path));
    return this.files.get(path) ?? (placeholder && { mode: '600', content: placeholder[1] });
  }
}
