import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import type { Ground } from '../../lab/ground.js';

/** What an administrator would have beside him before he begins: packages, programs and configuration, out of an install of kha's. */
const things = [
  '/var/cache/kha/deb',
  '/usr/bin/{kubelet,kubeadm,kubectl,containerd,ctr,containerd-shim-runc-v2}',
  '/opt/cni/bin',
  '/etc/containerd',
  '/etc/systemd/system/{containerd.service,kubelet.service,kubelet.service.d/10-kubeadm.conf}',
  '/etc/{modules-load.d,sysctl.d}/*kubernetes.conf',
  '/etc/hosts',
  '/etc/kubernetes/kha/{kubeadm.yaml,calico}',
];

const key = 'f'.repeat(64);
const token = 'abcdef.0123456789abcdef';

/**
 * The same cluster as it is made by hand, in the same lab: hosts prepared one after another, `kubeadm init` on the first,
 * joins one after another, Calico. Without a load balancer: the first host has the virtual address, which saves its time.
 */
export class ByHand {
  readonly #ground: Ground;
  readonly #name: string;

  constructor(ground: Ground, name: string) {
    this.#ground = ground;
    this.#name = name;
  }

  /** Takes from the hosts of an installed cluster what is needed; to be called before that lab goes. */
  async gather(): Promise<void> {
    for (const host of ['m1', 'w1']) {
      const stdout = openSync(this.#tar(host), 'w');
      const there = `shopt -s nullglob; cd /; for one in ${things.join(' ')}; do [ ! -e "$one" ] || echo ".$one"; done`;
      await this.#ssh(host, `bash -c '${there}' | tar -cf - -C / -T -`, { stdin: 'ignore', stdout });
      closeSync(stdout);
    }
  }

  /** From bare hosts to a cluster whose nodes are Ready and whose names are answered. */
  async install(virtualAddress: string): Promise<void> {
    const others = this.#hosts.map((one) => one.name).filter((host) => host !== 'm1');
    for (const host of ['m1', ...others]) await this.#prepare(host);
    await this.#on('m1', `ip address add ${virtualAddress}/24 dev eth0`);
    await this.#on('m1', `cat >/root/kubeadm.yaml <<'END'\n${await this.#documents(virtualAddress)}\nEND`);
    await this.#on('m1', 'kubeadm init --config /root/kubeadm.yaml --upload-certs --ignore-preflight-errors all');
    const hash = (
      await this.#on(
        'm1',
        'openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der | sha256sum',
      )
    ).slice(0, 64);
    const join = `kubeadm join ${virtualAddress}:6443 --token ${token} --discovery-token-ca-cert-hash sha256:${hash} --ignore-preflight-errors all`;
    for (const host of others)
      await this.#on(host, host.startsWith('m') ? `${join} --control-plane --certificate-key ${key}` : join);
    const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf';
    await this.#on('m1', `${kubectl} apply --server-side -k /etc/kubernetes/kha/calico`);
    await this.#on('m1', `${kubectl} wait --for=condition=Ready node --all --timeout=300s`);
    await this.#on('m1', `${kubectl} -n kube-system rollout status deployment/coredns --timeout=300s`);
  }

  async #prepare(host: string): Promise<void> {
    const stdin = openSync(this.#tar(host.startsWith('m') ? 'm1' : 'w1'), 'r');
    await this.#ssh(
      host,
      [
        'set -e; tar -xf - -C /',
        'DEBIAN_FRONTEND=noninteractive dpkg --install --force-confold /var/cache/kha/deb/*.deb',
        // The lab's hosts have no modules to load: what is not in their kernel, sysctl says.
        'modprobe -q -a overlay br_netfilter || true; sysctl -q -p /etc/sysctl.d/90-kubernetes.conf',
        'systemctl daemon-reload; systemctl enable -q --now containerd; systemctl enable -q kubelet',
      ].join('; '),
      { stdin },
    );
    closeSync(stdin);
  }

  /** kha's own documents, with etcd left to kubeadm and the settings of a person who types. */
  async #documents(virtualAddress: string): Promise<string> {
    const documents = await this.#on('m1', 'cat /etc/kubernetes/kha/kubeadm.yaml');
    return documents
      .split(/^---$/m)
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const one = parse(part) as Record<string, unknown>;
        if (one['kind'] === 'InitConfiguration')
          Object.assign(one, { bootstrapTokens: [{ token, ttl: '24h0m0s' }], certificateKey: key });
        if (one['kind'] === 'ClusterConfiguration')
          Object.assign(one, { controlPlaneEndpoint: `${virtualAddress}:6443`, etcd: { local: {} } });
        return JSON.stringify(one);
      })
      .join('\n---\n');
  }

  #on = (host: string, command: string): Promise<string> => this.#ssh(host, command, { stdin: 'ignore' });

  /** Runs a command on a host; gives what it printed. Throws what it said where it failed. */
  async #ssh(host: string, command: string, { stdin, stdout = 'pipe' }: Ends): Promise<string> {
    const child = spawn('ssh', [...this.#login(host), command], { stdio: [stdin, stdout, 'pipe'] });
    const [said, complaint] = await Promise.all([
      child.stdout ? text(child.stdout) : '',
      text(child.stderr!),
      once(child, 'close'),
    ]);
    if (child.exitCode !== 0)
      throw new Error(
        `${command.slice(0, 200)} on ${host} ended with ${child.exitCode}: ${said.slice(-1000)}${complaint.slice(-2000)}`,
      );
    return said;
  }

  get #hosts(): readonly { readonly name: string; readonly address: string }[] {
    return (parse(readFileSync(this.#ground.spec, 'utf8')) as { hosts: { name: string; address: string }[] }).hosts;
  }

  #login(host: string): string[] {
    const folder = join(this.#ground.folder, 'kha/lab', this.#name);
    const { address } = this.#hosts.find(({ name }) => name === host)!;
    return [
      '-q',
      '-i',
      join(folder, 'id'),
      '-o',
      `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
      `root@${address}`,
    ];
  }

  #tar = (host: string): string => join(this.#ground.folder, `${host}.tar`);
}

/** File descriptors, or none. */
interface Ends {
  readonly stdin: number | 'ignore';
  readonly stdout?: number | 'pipe';
}
