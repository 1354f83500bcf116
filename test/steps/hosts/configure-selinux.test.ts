import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/fact.js';
import type { Selinux } from '../../../src/facts/selinux.js';
import { configureSelinux } from '../../../src/steps/hosts/configure-selinux.js';
import { disableSelinux } from '../../../src/steps/hosts/disable-selinux.js';
import { Refusal } from '../../../src/steps/refusal.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const wanted = cluster({ selinux: 'enforcing' });
const good: Selinux = { knowsContainers: true, mislabelled: [], absent: [], off: [] };

/** A host whose SELinux is so, whatever of it is asked for. */
class Labelled extends FakeHost {
  readonly asked: string[] = [];
  readonly found: Selinux | undefined;
  constructor(name: string, found: Selinux | undefined) {
    super(wanted, name);
    this.found = found;
    this.obeys(/^mkdir -p .* && restorecon /).obeys(/^setsebool -P /);
  }
  override read<T>(fact: Fact<T>): Promise<T> {
    if (!fact.command.includes('matchpathcon')) return super.read(fact);
    this.asked.push(fact.command);
    return Promise.resolve(this.found as T);
  }
}

const run = async (name: string, found: Selinux | undefined) => {
  const host = new Labelled(name, found);
  const context = contextOf(wanted, host);
  const missing = await configureSelinux.check(context);
  await configureSelinux.apply!(context);
  return { missing, done: host.done, asked: host.asked[0] };
};

describe('configureSelinux', () => {
  it('takes the place of disableSelinux where the spec lets SELinux enforce', () => {
    expect(configureSelinux.on(wanted)).toHaveLength(4);
    expect(disableSelinux.on(wanted)).toEqual([]);
    expect(configureSelinux.on(cluster())).toEqual([]);
    expect(disableSelinux.on(cluster())).toHaveLength(4);
  });

  it.each([
    ['without SELinux', undefined],
    ['with everything right', good],
  ])('finds nothing missing on a host %s', async (_, found) => expect((await run('w1', found)).missing).toEqual([]));

  it('labels programs and folders, makes folders ahead, and passes over programs that are not there', async () => {
    const wrong = 'Would relabel /usr/bin/containerd from a to b';
    const { missing, done } = await run('w1', {
      ...good,
      mislabelled: [wrong],
      absent: ['/etc/kubernetes', '/usr/bin/runc'],
    });
    expect(missing).toEqual([wrong, '/etc/kubernetes is not there']);
    expect(done).toEqual([
      expect.stringMatching(
        /^mkdir -p \/etc\/kubernetes .* && restorecon \/usr\/bin\/containerd .*\/usr\/bin\/kubelet \/etc\/kubernetes /,
      ),
    ]);
    expect(done[0]).not.toContain('/usr/bin/runc');
  });

  it('lets haproxy and keepalived connect where they carry the API', async () => {
    const { missing, done, asked } = await run('m1', { ...good, off: ['haproxy_connect_any'] });
    expect(asked).toContain('haproxy_connect_any keepalived_connect_any');
    expect(missing).toEqual(['the SELinux boolean haproxy_connect_any is off']);
    expect(done.at(-1)).toBe('setsebool -P haproxy_connect_any=on');
    expect((await run('w1', good)).asked).not.toContain('haproxy_connect_any');
  });

  it('holds where the policy knows nothing of containers, and changes nothing', async () => {
    const host = new Labelled('w1', { ...good, knowsContainers: false });
    expect(await configureSelinux.check(contextOf(wanted, host))).toEqual([
      'SELinux has no labels for containers: the package container-selinux is not installed',
    ]);
    await expect(configureSelinux.apply!(contextOf(wanted, host))).rejects.toThrow(Refusal);
    expect(host.done).toEqual([]);
  });
});
