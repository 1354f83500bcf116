import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedBundle } from '../../src/bundle/build/build.js';
import type { Progress } from '../../src/workflows/messages.js';
import { ground } from './ground.js';
import { addSiteSettings, inForce } from './site-settings.js';
import { Traffic } from './traffic.js';

/** A site that has nothing but SSH and a file, and settings of its own: one control plane and one worker, no registry. */
const name = 'file';
const { kha, done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const file = join(folder, 'b.tar');
let traffic: Readonly<Record<string, Traffic>>;
let gateway = '';

beforeAll(async () => {
  symlinkSync(await cachedBundle(({ what, state }) => console.log(state, what)), file);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file);
  addSiteSettings(spec);
  const { hosts } = JSON.parse(await lab('status', '--output', 'json')) as {
    hosts: { name: string; address: string }[];
  };
  const [, network = '', index = ''] = /^(10\.200\.(\d+))\./.exec(hosts[0]!.address) ?? [];
  gateway = `${network}.1`;
  traffic = Object.fromEntries(
    hosts.map((host) => [
      host.name,
      new Traffic(
        `kha${index}-${host.name}`,
        network,
        hosts.map(({ address }) => address),
      ),
    ]),
  );
});

afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

const others = (): Record<string, number> =>
  Object.fromEntries(Object.entries(traffic).map(([host, counted]) => [host, counted.others()]));

describe('an install from a file', () => {
  it('says on which host sshd forwards nothing, before anything is changed; a connection that forwards already would go on', async () => {
    const forwarding = (say: string): Promise<string> =>
      on('w1', `echo 'AllowTcpForwarding ${say}' >/etc/ssh/sshd_config.d/forwarding.conf; systemctl reload ssh`);
    await forwarding('no');
    try {
      const { code, stdout } = await kha('plan', spec);
      expect(`${code} ${stdout}`).toMatch(/^1 .*checkRegistry on w1: sshd lets root in and forwards no port/s);
    } finally {
      await forwarding('yes');
    }
  });

  it('plans without a registry, and leaves nothing of the bundle on any host', async () => {
    const { problems } = JSON.parse(await done('plan', spec, '--output', 'json')) as { problems: unknown[] };
    expect(problems).toEqual([]);
    for (const host of ['m1', 'w1'])
      expect(await on(host, 'ls -A /var/lib/kha /var/cache/kha 2>/dev/null | wc -l')).toBe('0\n');
  });

  it('goes on when the file is taken away after the pull, and asks no address but the site’s own', async () => {
    const install = kha('install', spec);
    const pulled = async (): Promise<boolean> => {
      const { lines } = JSON.parse((await kha('status', name, '--steps', '--output', 'json')).stdout) as Progress;
      const pulls = lines.filter(({ step }) => step === 'pullImages');
      return pulls.length > 0 && pulls.every(({ state }) => state === 'changed' || state === 'done');
    };
    const deadline = Date.now() + 600_000;
    while (!(await pulled().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`images were never pulled: ${JSON.stringify(await install)}`);
      await sleep(300);
    }
    renameSync(file, `${file}.away`);
    const { code, stdout, stderr } = await install;
    expect(`${code} ${stdout.slice(-1500)} ${stderr.slice(-1500)}`).toMatch(/^0 .*Kubernetes v1\.37\.2 stands/s);
    expect(others()).toEqual({ m1: 0, w1: 0 });
  });

  it('leaves images under their upstream names, pinned, and no trace of where they came from', async () => {
    const images = await on('m1', 'ctr -n k8s.io images ls');
    for (const image of [
      'registry.k8s.io/kube-apiserver:',
      'registry.k8s.io/coredns/coredns:',
      'docker.io/calico/node:',
    ])
      expect(
        images.split('\n').find((line) => line.startsWith(image)),
        image,
      ).toContain('io.cri-containerd.pinned=pinned');
    expect(images).not.toContain('127.0.0.1');
    expect(await on('m1', 'ls /etc/containerd/certs.d 2>/dev/null | wc -l')).toBe('0\n');
  });

  it('keeps Secrets', async () => {
    expect(await lab('kubectl', 'create', 'secret', 'generic', 'site', '--from-literal=word=hello')).toContain(
      'created',
    );
  });

  it.each(Object.entries(inForce))('has %s in force', async (_, [host, command, says]) =>
    expect(await on(host, command)).toMatch(says),
  );

  it('gives nodes what their pools and the hosts themselves say', async () => {
    const { items } = JSON.parse(await lab('kubectl', 'get', 'nodes', '-o', 'json')) as { items: unknown[] };
    expect(items).toMatchObject([
      { metadata: { name: 'm1', annotations: { 'example.org/rack': 'r 1' } } },
      {
        metadata: { name: 'w1', labels: { gpu: 'yes' } },
        spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'PreferNoSchedule' }] },
        status: { capacity: { pods: '50' } },
      },
    ]);
  });

  it('starts pods again while nobody serves anything', async () => {
    await lab('kubectl', '-n', 'kube-system', 'delete', 'pod', '--all', '--wait=true');
    await lab('kubectl', '-n', 'kube-system', 'rollout', 'status', 'daemonset/calico-node', '--timeout', '240s');
    await lab('kubectl', '-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout', '240s');
    expect(others()).toEqual({ m1: 0, w1: 0 });
    // And the counters do count.
    await on('m1', `curl -s --max-time 2 http://${gateway}:5000/; true`);
    expect(others()['m1']).toBeGreaterThan(0);
  });

  it('refuses the file that is gone before any host is asked, and finds nothing to do once it is back', async () => {
    expect(existsSync(file)).toBe(false);
    const gone = await kha('install', spec);
    expect(`${gone.code} ${gone.stderr}`).toMatch(
      /^2 .*cluster\.yaml:\d+:\d+ error source\.file\.path: there is no such file/s,
    );
    renameSync(`${file}.away`, file);
    expect(await done('install', spec)).toContain('nothing to do');
  });
});
