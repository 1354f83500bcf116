import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Audit } from '../../lab/audit.js';
import type { EngineStatus } from '../../src/engine/engine.js';
import type { PlanFacts } from '../../src/client/render/plan.js';
import { ground } from './ground.js';

/**
 * A site with everything to keep to itself: a sudo password, a registry with TLS, a path and tokens, as Harbor is. etcd and
 * the load balancer have hosts of their own, containerd a proxy that must not be asked for the registry.
 */
const name = 'careful';
const { kha, done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const labFolder = join(folder, 'kha/lab', name);
const hosts = ['m1', 'e1', 'lb1', 'w1'] as const;
const secretOf = (of: 'sudo' | 'registry'): string => readFileSync(join(labFolder, `${of}-password`), 'utf8');
let addresses: Record<string, string>;

beforeAll(async () => {
  await lab('up', '--control-planes', '1', '--workers', '1', '--etcd', '1', '--load-balancers', '1', '--careful');
  const status = JSON.parse(await lab('status', '--output', 'json')) as {
    hosts: { name: string; address: string }[];
  };
  addresses = Object.fromEntries(status.hosts.map((host) => [host.name, host.address]));
  const gateway = addresses['m1']!.replace(/\.\d+$/, '.1');
  appendFileSync(
    spec,
    `addons: [limits]\nproxies: { http: "http://${gateway}:3128", https: "http://${gateway}:3128" }\n`,
  );
  // Else sudo looks for the host's own name for five seconds at every command, which a plan cannot mend.
  for (const host of hosts) await on(host, `echo ${addresses[host]} ${host} >>/etc/hosts`);
});

afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

describe('a careful site', () => {
  it('names the host that a man in the middle stands for, and sends it nothing', async () => {
    const bridge = `kha${/^10\.200\.(\d+)\./.exec(addresses['m1']!)![1]}`;
    await lab('cut', 'm1');
    await on('w1', `ip addr add ${addresses['m1']}/32 dev eth0`);
    execFileSync('ip', ['neigh', 'flush', 'dev', bridge]);
    const { problems } = JSON.parse((await kha('plan', spec, '--output', 'json')).stdout) as PlanFacts;
    await on('w1', `ip addr del ${addresses['m1']}/32 dev eth0`);
    await lab('join', 'm1');
    execFileSync('ip', ['neigh', 'flush', 'dev', bridge]);
    const told = problems.filter(({ host }) => host === 'm1').map(({ problem }) => problem);
    expect(told.length).toBeGreaterThan(0);
    for (const words of told)
      expect(words).toMatch(/ on m1: the host key of 10\.200\.\d+\.11:22 is another than line 1 of /);
    // Each connection to m1's address came to w1's sshd, and none of them went on to a login.
    const journal = await on('w1', 'journalctl -u ssh -o short --no-pager');
    const processes = (pattern: RegExp): string[] => [...journal.matchAll(pattern)].map(([, pid]) => pid!);
    const fooled = processes(/\[(\d+)\]: Connection from .* on 10\.200\.\d+\.11 port 22/g);
    const loggedIn = processes(/\[(\d+)\]: Accepted publickey for admin-pw/g);
    expect(fooled.length).toBeGreaterThan(0);
    expect(loggedIn.length).toBeGreaterThan(0);
    expect(fooled.filter((pid) => loggedIn.includes(pid))).toEqual([]);
  });

  it('holds where the registry refuses its password, and installs once that is right', async () => {
    // What runs and what is written for a moment only, from now on.
    for (const host of hosts)
      await on(
        host,
        `systemd-run -q --unit=spy sh -c 'while sleep 0.1; do ps -eo args >>/run/spy.args; cat /var/lib/kha/join.yaml >>/run/spy.join; done 2>/dev/null'`,
      );
    const right = secretOf('registry');
    writeFileSync(join(labFolder, 'registry-password'), wrongPassword);
    const held = await kha('install', spec);
    expect(`${held.code} ${held.stdout}`).toMatch(
      /^3 .*checkRegistry on (m1|e1|lb1|w1): .*refuses the credentials of the spec/s,
    );
    writeFileSync(join(labFolder, 'registry-password'), right);
    await done('retry', name);
    expect(await done('install', spec)).toMatch(/Kubernetes v1\.37\.2 stands/);
    const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
    expect(nodes.match(/ Ready /g)).toHaveLength(2);
    const found = JSON.parse(await lab('audit')) as Audit;
    expect(found).toMatchObject({ etcdMembers: ['e1'], problems: [] });
    expect(await lab('kubectl', 'get', 'limitrange', '-n', 'default', '-o', 'name')).toBe('limitrange/containers\n');
    expect(await on('m1', "tr '\\0' '\\n' </proc/$(pidof containerd)/environ")).toContain('HTTPS_PROXY=');
    // A control plane's kubelet talks to its own API server, as kubeadm has it; a worker's to the load balancer.
    expect(await on('m1', 'grep server: /etc/kubernetes/kubelet.conf')).toContain(':6443');
    expect(await on('w1', 'grep server: /etc/kubernetes/kubelet.conf')).toContain(':8443');
    said.push(held.stdout, held.stderr);
  });

  it('leaves no secret in the engine, in process lists and in what kha says', async () => {
    const secrets = await allSecrets();
    const engine = join(folder, 'kha/engine');
    const files = readdirSync(engine).filter((file) => statSync(join(engine, file)).isFile());
    expect(files.join()).toMatch(/temporal\.db/);
    const contents = new Map(files.map((file) => [file, readFileSync(join(engine, file)).toString('latin1')]));
    // The history is in there, and in plain: what is looked for would be found.
    const database = [...contents].filter(([file]) => file.startsWith('temporal.db')).map(([, text]) => text);
    expect(database.join('')).toContain(`registry-password`);
    for (const host of hosts) contents.set(`processes of ${host}`, await on(host, 'sort -u /run/spy.args'));
    expect(contents.get('processes of m1')).toContain('kubeadm init');
    for (const host of hosts) contents.set(`journal of ${host}`, await on(host, 'journalctl -o cat --no-pager'));
    // It passes through a workflow, and must be nowhere afterwards but where it was written to.
    await done('kubeconfig', name, '--output-file', join(folder, 'fetched.kubeconfig'));
    contents.set('output of kha', said.join('\n') + (await done('status', name, '--steps', '--output', 'json')));
    const leaks = [...contents].flatMap(([where, text]) =>
      [...secrets].filter(([, value]) => text.includes(value)).map(([what]) => `${what} in ${where}`),
    );
    expect(leaks).toEqual([]);
  });

  it('leaves secrets on hosts only in the files that must hold them, which are root’s alone', async () => {
    const patterns = join(folder, 'patterns');
    writeFileSync(patterns, [...(await allSecrets()).values()].join('\n'), { mode: 0o600 });
    for (const host of hosts) {
      const disk = join(labFolder, 'hosts', host, 'disk');
      // grep ends with 1 where it finds nothing, which would be a wonder here.
      const found = execFileSync('sh', ['-c', `grep -rlaF -D skip -f ${patterns} ${disk} || [ $? = 2 ]`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64 * 1024 * 1024,
      });
      const paths = found.split('\n').filter(Boolean);
      expect(paths.length).toBeGreaterThan(host === 'm1' ? 5 : 0);
      expect(paths.map((path) => relative(disk, path)).filter((path) => !mayHold.test(path))).toEqual([]);
      const open = paths.filter((path) => {
        const { mode, uid } = statSync(path);
        return uid !== 0 || (mode & 0o077) !== 0;
      });
      expect(open.map((path) => relative(disk, path))).toEqual([]);
    }
  });

  it('lets nobody on the hosts’ network reach the Temporal server or its UI', async () => {
    const { address, ui } = JSON.parse(await done('engine', 'status', '--output', 'json')) as EngineStatus;
    const gateway = addresses['m1']!.replace(/\.\d+$/, '.1');
    for (const port of [address, ui].map((url) => url!.split(':').at(-1)))
      expect(await on('m1', `curl -s -o /dev/null --max-time 3 http://${gateway}:${port} || echo refused $?`)).toBe(
        'refused 7\n',
      );
  });
});

const wrongPassword = 'not-the-registrys-password';
const said: string[] = [];
const mayHold =
  /^(upper\/etc\/kubernetes\/(pki\/.*\.key|[a-z-]+\.conf)|upper\/etc\/containerd\/certs\.d\/.*\/hosts\.toml|upper\/etc\/keepalived\/keepalived\.conf|upper\/var\/lib\/kha\/vrrp-password|kubelet\/pki\/.*\.pem|etcd\/member\/.*)$/;

/** Every secret of the site and its cluster by what it is: whole passwords, and of keys a line that no other has. */
async function allSecrets(): Promise<Map<string, string>> {
  const registry = secretOf('registry');
  const secrets = new Map([
    ['sudo password', secretOf('sudo')],
    ['registry password', registry],
    ['registry login', Buffer.from(`kha:${registry}`).toString('base64')],
    ['wrong registry password', wrongPassword],
    // How every token begins that the registry's service signs (lab/token-service.ts).
    ['registry token', Buffer.from('{"typ":"JWT","alg":"ES256","x5c":').toString('base64url')],
    ['VRRP password', (await on('lb1', 'cat /var/lib/kha/vrrp-password')).trim()],
  ]);
  for (const host of ['e1', 'm1']) {
    // The second line of a PEM's body: its first is the same for all keys of a kind.
    const keys = await on(
      host,
      'for path in $(find /etc/kubernetes/pki -name "*.key"); do sed -n "3s|^|$path |p" $path; done',
    );
    for (const line of keys.trim().split('\n')) {
      const [path = '', value = ''] = line.split(' ');
      secrets.set(host === 'm1' ? path : `${path} of ${host}`, value);
    }
  }
  const configurations = await on('m1', 'grep -H client-key-data: /etc/kubernetes/*.conf');
  for (const line of configurations.trim().split('\n')) {
    const [path = '', , value = ''] = line.split(/:\s*/);
    secrets.set(path, value.slice(100, 200));
  }
  const joins = await on('w1', 'sort -u /run/spy.join');
  for (const [token] of joins.matchAll(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g)) secrets.set('bootstrap token', token);
  expect([...secrets.keys()]).toEqual(
    expect.arrayContaining([
      '/etc/kubernetes/pki/ca.key',
      '/etc/kubernetes/pki/etcd/peer.key of e1',
      '/etc/kubernetes/admin.conf',
      'bootstrap token',
    ]),
  );
  for (const [what, value] of secrets) expect(value.length, what).toBeGreaterThanOrEqual(8);
  return secrets;
}
