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
  // etcd listens as long as its manifest is there, or for ever where it hangs.
  put('/bin/ss', `#!/bin/sh\nif [ -e ${at(manifestPath)} ] || [ -n "$HANGS" ]; then echo LISTEN; fi\n`);
  put('/bin/etcdctl', `#!/bin/sh\ngrep -qsx "$SICK" ${at(manifestPath)} && exit 1\necho asked >>${at('/asked')}\n`);
});
afterEach(() => rmSync(root, { recursive: true }));

/** The script with which a member is restarted, carried out by a real shell in a folder of the test. */
async function restart(env: Readonly<Record<string, string>>): Promise<{ status: number | null; stderr: string }> {
  const former = etcdManifest(wanted, m2, manifestPath).content.replace('etcd:3.7.0-0', 'etcd:3.6.8-0');
  const disks: Disks = Object.fromEntries(['m1', 'm2', 'm3'].map((name) => [name, { [manifestPath]: former }]));
  const { context, done } = world(wanted, disks, {
    'endpoint status': () => statusOf(standing('m1', 'm2', 'm3'), 'a3'),
    'endpoint health --cluster': () => '',
  });
  await reconfigureEtcd.apply!(context('m2'));
  const script = done.find((one) => one.startsWith('m2: unit '))!.slice('m2: unit '.length);
  put(manifestPath, 'former\n');
  put(changed, 'changed\n');
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script.replaceAll('/etc/kubernetes', at('/etc/kubernetes'))], {
    encoding: 'utf8',
    env: { PATH: `${at('/bin')}:${process.env['PATH']}`, SICK: 'nobody', HANGS: '', ...env },
  });
  return { status, stderr };
}
const manifest = (): string | undefined =>
  existsSync(at(manifestPath)) ? readFileSync(at(manifestPath), 'utf8') : undefined;

describe('a restart of a member', () => {
  it('asks all members before and after, and puts the changed manifest in its place', async () => {
    expect((await restart({})).status).toBe(0);
    expect(manifest()).toBe('changed\n');
    expect(readFileSync(at('/asked'), 'utf8')).toBe('asked\nasked\n');
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
  });

  it('puts the former manifest back where etcd does not stop', async () => {
    const { status, stderr } = await restart({ HANGS: 'yes' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('its manifest is as it was')]);
    expect(manifest()).toBe('former\n');
  });
});
