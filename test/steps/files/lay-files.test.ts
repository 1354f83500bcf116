import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { existing, file, namesIn, owners, type FileFact } from '../../../src/facts/files.js';
import { layFiles } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const encryption = '/etc/kubernetes/encryption.yaml';
const motd = '/etc/site/motd';
const patch = '/etc/kubernetes/kha/patches/kube-scheduler.yaml';
const wanted = cluster({
  patches: { 'kube-scheduler.yaml': { a: 1 } },
  files: [
    { path: encryption, from: '/keys/encryption.yaml' },
    { path: motd, content: 'hello\n', mode: '0644', owner: 'nobody', on: 'nodes' },
  ],
});
/** What contextOf reads for a reference. */
const secret = 'the value of file:/keys/encryption.yaml\n';
const all: Record<string, FileFact> = {
  [encryption]: { mode: '600', content: secret },
  [motd]: { mode: '644', content: 'hello\n' },
  [patch]: { mode: '600', content: '{\n  "a": 1\n}\n' },
};
const own = new Map([
  [encryption, 'root:root'],
  [motd, 'nobody:nogroup'],
  [patch, 'root:root'],
]);

interface Disk {
  readonly files?: Record<string, FileFact>;
  readonly owned?: ReadonlyMap<string, string>;
  readonly names?: string[];
  readonly stands?: boolean;
}

function host(of: Cluster, name: string, { files = {}, owned = new Map(), names = [], stands = false }: Disk) {
  const paths = name === 'w1' ? [motd, patch] : [encryption, motd, patch];
  const found = new FakeHost(of, name)
    .tells(
      owners(paths),
      new Map(paths.flatMap((path) => (owned.has(path) ? [[path, owned.get(path)!] as const] : []))),
    )
    .tells(namesIn('/etc/kubernetes/kha/patches'), names)
    .obeys(/^install -d -m 0700 \/etc\/kubernetes\/kha\/patches$/)
    .obeys(/^chown /)
    .obeys(/^rm -f \/etc\/kubernetes\/kha\/patches\//);
  for (const path of paths) found.tells(file(path, { secret: path === encryption }), files[path]);
  const role = name === 'w1' ? 'worker' : 'control-plane';
  const ended = debrisOf(role);
  return found.tells(existing(ended), stands ? ended.slice(0, 2) : []);
}
/** What tells that kubeadm ended on a host, as take-over.ts asks for it. */
const debrisOf = (role: 'control-plane' | 'worker'): string[] => [
  `/var/lib/kha/${role}`,
  ...['apiserver', 'controller-manager', 'scheduler'].map((name) => `/etc/kubernetes/manifests/kube-${name}.yaml`),
  ...['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map(
    (name) => `/etc/kubernetes/${name}.conf`,
  ),
  ...(role === 'worker' ? ['/etc/kubernetes/pki/ca.crt'] : []),
];

const check = (name: string, disk: Disk): Promise<string[]> =>
  layFiles.check(contextOf(wanted, host(wanted, name, disk)));

describe('layFiles', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', {}, []],
    ['a file of control planes', { files: [{ path: '/etc/a', content: '' }] }, ['m1', 'm2', 'm3']],
    ['a file of all nodes', { files: [{ path: '/etc/a', content: '', on: 'nodes' }] }, ['m1', 'm2', 'm3', 'w1']],
    ['a patch', { patches: { 'kubeletconfiguration.yaml': {} } }, ['m1', 'm2', 'm3', 'w1']],
  ])('is for those who get %s', (_, more, names) =>
    expect(layFiles.on(cluster(more)).map(({ name }) => name)).toEqual(names),
  );

  it('finds a bare control plane without all of them, and a worker without its own', async () => {
    expect(await check('m1', {})).toEqual([encryption, motd, patch].map((path) => `${path} is not there`));
    expect(await check('w1', {})).toEqual([motd, patch].map((path) => `${path} is not there`));
  });

  it.each<[string, Disk, string[]]>([
    ['all is there', { files: all, owned: own, names: ['kube-scheduler.yaml'] }, []],
    ['all is there and the node stands', { files: all, owned: own, names: ['kube-scheduler.yaml'], stands: true }, []],
    [
      'others may read',
      { files: { ...all, [encryption]: { mode: '644', content: secret } }, owned: own },
      [`${encryption} has mode 644, not 600`],
    ],
    [
      'another owns',
      { files: all, owned: new Map([...own, [motd, 'root:root']]) },
      [`${motd} belongs to root:root, not to nobody`],
    ],
    [
      'a patch of an older spec lies there',
      { files: all, owned: own, names: ['kube-scheduler.yaml', 'kube-scheduler1.yaml'] },
      ['/etc/kubernetes/kha/patches/kube-scheduler1.yaml is no patch of the spec'],
    ],
    [
      'one is gone from a node that stands',
      { files: { ...all, [encryption]: undefined as unknown as FileFact }, owned: own, stands: true },
      [`${encryption} is not there`],
    ],
  ])('says what is missing where %s', async (_, disk, missing) => expect(await check('m1', disk)).toEqual(missing));

  it('writes them as told, the secret one as a secret, and takes foreign patches away', async () => {
    const m1 = host(wanted, 'm1', { names: ['kube-scheduler1.yaml'] });
    await layFiles.apply!(contextOf(wanted, m1));
    expect(m1.written.get(encryption)).toEqual({ content: secret, mode: '0600', secret: true });
    expect(m1.written.get(motd)).toEqual({ content: 'hello\n', mode: '0644', secret: false });
    expect(m1.written.get(patch)).toMatchObject({ content: '{\n  "a": 1\n}\n', mode: '0600' });
    expect(m1.done.filter((one) => !one.startsWith('write'))).toEqual([
      'install -d -m 0700 /etc/kubernetes/kha/patches',
      `chown root:root ${encryption}`,
      `chown nobody: ${motd}`,
      `chown root:root ${patch}`,
      'rm -f /etc/kubernetes/kha/patches/kube-scheduler1.yaml',
    ]);
  });

  it('refuses another content on a node that stands, without a word of what is in it', async () => {
    const files = { ...all, [encryption]: { mode: '600', content: 'another key' } };
    const refused = check('m1', { files, owned: own, names: ['kube-scheduler.yaml'], stands: true });
    await expect(refused).rejects.toMatchObject({
      name: 'Refused',
      message: `m1 stands with another content of ${encryption}`,
      next: expect.stringMatching(/kha apply/) as string,
    });
    expect(await check('m1', { files, owned: own, names: ['kube-scheduler.yaml'] })).toEqual([`${encryption} differs`]);
  });
});
