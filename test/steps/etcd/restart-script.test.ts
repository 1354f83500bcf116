import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { etcdManifest } from '../../../src/steps/etcd/manifest.js';
import { manifestPath } from '../../../src/steps/etcd/standing.js';
import { reconfigureEtcd } from '../../../src/steps/index.js';
import { cluster } from '../../clusters.js';
import { world, type Disks } from '../disks.js';
import { standing, statusOf } from './member-list.js';

const wanted = cluster();
const m2 = wanted.hosts[1]!;
const changed = '/etc/kubernetes/kha/etcd-changed.yaml';

const apiServer = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const away = '/etc/kubernetes/kha/kube-apiserver-away.yaml';

let root = '';
const at = (path: string): string => join(root, path);
const put = (path: string, content: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
  if (path.startsWith('/bin/')) chmodSync(at(path), 0o755);
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kha-restart-'));
  put('/bin/sleep', '#!/bin/sh\n');
  // etcd and the API server listen as long as their manifests are there, or for ever where they hang; haproxy, always.
  put(
    '/bin/ss',
    [
      '#!/bin/sh',
      'listens() { echo "LISTEN 0 4096 *:1 *:* users:((\\"$1\\",pid=1,fd=1))"; }',
      'case "$2" in',
      `*6443*) listens haproxy; if [ -e ${at(apiServer)} ] || [ "$HANGS" = apiserver ]; then listens kube-apiserver; fi;;`,
      `*2379*2380*) if [ -e ${at(manifestPath)} ] || [ "$HANGS" = etcd ]; then listens etcd; fi;;`,
      '*) exit 2;;',
      'esac\n',
    ].join('\n'),
  );
  put(
    '/bin/etcdctl',
    [
      '#!/bin/sh',
      `grep -qsx "$SICK" ${at(manifestPath)} && exit 1`,
      `echo "$(cat ${at(manifestPath)}), API server $(cat ${at(apiServer)} 2>/dev/null || echo away)" >>${at('/asked')}\n`,
    ].join('\n'),
  );
  put(
    '/bin/curl',
    `#!/bin/sh\nif [ -e ${at(apiServer)} ] && [ -z "$UNREADY" ]; then printf 200; else printf 000; exit 7; fi\n`,
  );
});
afterEach(() => rmSync(root, { recursive: true }));

const standingFiles = { [manifestPath]: 'former\n', [changed]: 'changed\n', [apiServer]: 'api\n' };

/** The script with which a member is restarted, carried out by a real shell in a folder of the test. */
async function restart(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = standingFiles,
): Promise<{ status: number | null; stderr: string }> {
  const former = etcdManifest(wanted, m2, manifestPath).content.replace('etcd:3.7.0-0', 'etcd:3.6.8-0');
  const disks: Disks = Object.fromEntries(['m1', 'm2', 'm3'].map((name) => [name, { [manifestPath]: former }]));
  const { context, done } = world(wanted, disks, {
    'endpoint status': () => statusOf(standing('m1', 'm2', 'm3'), 'a3'),
    'endpoint health --cluster': () => '',
  });
  await reconfigureEtcd.apply!(context('m2'));
  const script = done.find((one) => one.startsWith('m2: unit '))!.slice('m2: unit '.length);
  mkdirSync(dirname(at(manifestPath)), { recursive: true });
  for (const [path, content] of Object.entries(files)) put(path, content);
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script.replaceAll('/etc/kubernetes', at('/etc/kubernetes'))], {
    encoding: 'utf8',
    env: { PATH: `${at('/bin')}:${process.env['PATH']}`, SICK: 'nobody', HANGS: '', UNREADY: '', ...env },
  });
  return { status, stderr };
}
const read = (path: string): string | undefined => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined);
const manifest = (): string | undefined => read(manifestPath);

describe('a restart of a member', () => {
  it('asks all members before and after, and puts the changed manifest in its place', async () => {
    expect((await restart({})).status).toBe(0);
    expect(manifest()).toBe('changed\n');
    expect(read('/asked')).toBe('former, API server api\nchanged, API server away\n');
  });

  it('has no API server beside it that the kubelet would wait for, and puts it back', async () => {
    expect((await restart({})).status).toBe(0);
    expect([read(apiServer), read(away)]).toEqual(['api\n', undefined]);
  });

  it('is made on hosts that have no API server', async () => {
    expect((await restart({ UNREADY: 'yes' }, { [manifestPath]: 'former\n', [changed]: 'changed\n' })).status).toBe(0);
    expect([manifest(), read(apiServer)]).toEqual(['changed\n', undefined]);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['with the API server away', { [manifestPath]: 'former\n', [changed]: 'changed\n', [away]: 'api\n' }],
    ['with both away', { [changed]: 'changed\n', '/etc/kubernetes/kha/etcd-former.yaml': 'former\n', [away]: 'api\n' }],
    ['with etcd back', { [manifestPath]: 'changed\n', [away]: 'api\n' }],
  ])('that was cut short %s is ended', async (_, files) => {
    expect((await restart({}, files)).status).toBe(0);
    expect([manifest(), read(apiServer), read(away)]).toEqual(['changed\n', 'api\n', undefined]);
  });

  it('leaves etcd alone where the API server does not stop', async () => {
    const { status, stderr } = await restart({ HANGS: 'apiserver' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('etcd was left alone')]);
    expect([manifest(), read(apiServer)]).toEqual(['former\n', 'api\n']);
  });

  it('has failed where the API server does not come back', async () => {
    const { status, stderr } = await restart({ UNREADY: 'yes' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('the API server is not ready')]);
    expect([manifest(), read(apiServer)]).toEqual(['changed\n', 'api\n']);
  });

  it('puts every manifest back when a person stops it', async () => {
    put('/bin/sleep', `#!/bin/sh\nif [ ! -e ${at(manifestPath)} ]; then kill -TERM "$PPID"; fi\n`);
    const { status } = await restart({ HANGS: 'etcd' });
    expect([status, manifest(), read(apiServer)]).toEqual([1, 'former\n', 'api\n']);
  });

  it('is not begun while one member is not healthy', async () => {
    const { status, stderr } = await restart({ SICK: 'former' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('not every etcd member is healthy, so none is restarted'),
    ]);
    expect(manifest()).toBe('former\n');
  });

  it('has failed where the members are not healthy afterwards', async () => {
    const { status, stderr } = await restart({ SICK: 'changed' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('not healthy with its changed manifest')]);
    expect([manifest(), read(apiServer)]).toEqual(['changed\n', 'api\n']);
  });

  it('puts the former manifest back where etcd does not stop', async () => {
    const { status, stderr } = await restart({ HANGS: 'etcd' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('its manifest is as it was')]);
    expect(manifest()).toBe('former\n');
  });
});
