import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedBundle } from '../../src/bundle/build/build.js';
import { ground } from '../lab/ground.js';

/** A site whose hosts have no IPv4 address: one control plane and one worker, installed from a file. */
const name = 'ipv6';
const { done, spec, folder, remove } = ground(name);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const file = join(folder, 'b.tar');
let virtualAddress = '';

beforeAll(async () => {
  symlinkSync(await cachedBundle(({ what, state }) => console.log(state, what)), file);
  await lab('up', '--control-planes', '1', '--workers', '1', '--source', file, '--ipv6');
  ({ virtualAddress } = JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string });
});
afterAll(async () => {
  await done('engine', 'stop');
  await lab('down');
  remove();
});

interface Addressed {
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly podIPs?: readonly { readonly ip: string }[];
  };
  readonly spec: { readonly clusterIPs?: readonly string[] };
}
const get = async (...what: string[]): Promise<Addressed[]> =>
  (JSON.parse(await lab('kubectl', 'get', ...what, '-o', 'json')) as { items: Addressed[] }).items;

describe('a site of IPv6 alone', () => {
  it('has hosts without an IPv4 address but loopback’s', async () => {
    for (const host of ['m1', 'w1']) expect(await on(host, 'ip -o -4 addr show | grep -v " lo "; true')).toBe('');
  });

  it('is installed, with nodes, pods and services of IPv6', async () => {
    expect(await done('install', spec)).toMatch(/Kubernetes v1\.37\.2 stands/);
    const nodes = await lab('kubectl', 'get', 'nodes', '--no-headers');
    expect(nodes.match(/ Ready /g), nodes).toHaveLength(2);
    const found = [
      ...(await get('nodes')).flatMap(({ status: { addresses = [] } }) =>
        addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
      ),
      ...(await get('pods', '-A')).flatMap(({ status: { podIPs = [] } }) => podIPs.map(({ ip }) => ip)),
      ...(await get('services', '-A')).flatMap(({ spec: { clusterIPs = [] } }) => clusterIPs),
    ];
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((address) => !address.includes(':'))).toEqual([]);
  });

  it('reaches the API at the virtual address, and etcd at the host’s', async () => {
    const ask = (host: string, url: string): Promise<string> =>
      on(host, `curl -gsk --max-time 5 -o /dev/null -w '%{http_code}' '${url}'`);
    expect(await ask('w1', `https://[${virtualAddress}]:8443/readyz`)).toBe('200');
    expect(await on('w1', 'grep server: /etc/kubernetes/kubelet.conf')).toContain(`https://[${virtualAddress}]:8443`);
    expect(await on('m1', `ss -Hltn 'sport = :2379'`)).toMatch(/\[fd00:10:200:\d+::11\]:2379/);
  });

  it('has nothing to do the second time', async () => {
    expect(await done('install', spec)).toContain('nothing to do');
  });
});
