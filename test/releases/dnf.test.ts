import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianSource } from '../../lab/internet/debian.js';
import { sitesOfBundle } from '../../lab/internet/from-bundle.js';
import { Internet } from '../../lab/internet/internet.js';
import { rpmRepository, rpmSource } from '../../lab/internet/rpms.js';
import { rpmsOf } from '../../lab/rpm/system.js';
import { Archive } from '../../src/bundle/archive.js';
import { baseSystem } from '../../src/bundle/build/base-system.js';
import { debianPackages } from '../../src/bundle/build/debian-packages.js';
import { system } from '../../src/bundle/build/versions.js';
import { ground } from '../lab/ground.js';

/** A worker with dnf and rpm beside a control plane of Debian: with packages of a bundle, and of its own repositories. */
const name = 'dnf';
/** Only kha sees the official names lead to the lab's internet. */
let within: readonly string[] = [];
const { done, spec, folder, remove } = ground(name, {}, () => within);
const lab = (...args: string[]): Promise<string> => done('lab', '--name', name, ...args);
const on = (host: string, command: string): Promise<string> => lab('ssh', host, '--', command);
const file = join(folder, 'b.tar');
let rpms = '';

const up = (): Promise<string> =>
  lab('up', '--control-planes', '1', '--workers', '1', '--source', file, '--worker-system', 'rocky-9');
const rpmOf = async (of: string): Promise<string> =>
  (await rpmsOf(rpms)).find((path) => basename(path).startsWith(`${of}-`))!;

beforeAll(async () => {
  rpms = (await done('lab', 'rpms')).trim();
  const systems = ['--system', 'debian-13,rocky-9', '--packages', `rocky-9=${rpms}`];
  await done('bundle', 'build', '--kubernetes', 'v1.37.2', ...systems, '--output', file);
  await up();
});
afterAll(async () => {
  await done('engine', 'stop');
  within = [];
  await lab('down');
  remove();
});

async function allReady(): Promise<void> {
  const { items } = JSON.parse(await lab('kubectl', 'get', 'nodes', '-o', 'json')) as { items: unknown[] };
  const ready = expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) as object;
  const node = (of: string, osImage: RegExp): object => ({
    metadata: { name: of },
    status: { nodeInfo: { osImage: expect.stringMatching(osImage) as string }, conditions: ready },
  });
  expect(items).toMatchObject([
    node('m1', /Debian GNU\/Linux 13/),
    node('w1', /with rpm and dnf, after Rocky Linux 9/),
  ]);
}

describe('a worker with rpm', () => {
  it('takes what it lacks out of the bundle', async () => {
    const there = await rpmOf('socat');
    copyFileSync(there, join(folder, 'kha/lab', name, 'hosts/w1/root/root/socat.rpm'));
    await on('w1', 'rpm --install /root/socat.rpm');
    const before = await on('w1', 'rpm -q --qf "%{INSTALLTIME}" socat');
    expect(await done('install', spec)).toContain('stands');
    await allReady();
    expect(await on('w1', 'rpm -q --qf "%{INSTALLTIME}" socat')).toBe(before);
    // That neither apt-get nor dpkg is there ends command -v with 1; what was found is judged by its words.
    const found = await on(
      'w1',
      'rpm -q conntrack-tools iptables-nft nftables runc; rpm -V conntrack-tools runc; command -v apt-get dpkg || true',
    );
    expect(found).not.toMatch(/not installed|missing|\/bin\//);
    expect(await on('w1', 'rpm -qa haproxy keepalived')).toBe('');
  });

  it('has nothing to do the second time', async () => {
    expect(await done('install', spec)).toContain('nothing to do');
  });
});

describe('a worker with dnf', () => {
  let internet: Internet;
  let archive: Archive;
  beforeAll(async () => {
    await lab('down');
    await up();
    writeFileSync(spec, readFileSync(spec, 'utf8').replace(/^source: .*\n/m, ''));
    const { virtualAddress } = JSON.parse(await lab('status', '--output', 'json')) as { virtualAddress: string };
    archive = await Archive.open(file);
    const debs = async (suite: string): Promise<string[]> =>
      debianPackages(await baseSystem(suite, () => undefined), () => undefined);
    // The worker has the C library of Debian 12.
    const [packages, withRunc] = [await debs(system.suite), await debs('bookworm')];
    const official = await sitesOfBundle(archive, packages, join(folder, 'internet'), () => undefined, withRunc);
    const pages = await rpmRepository(rpms, join(folder, 'rpms'));
    const host = virtualAddress.replace(/\d+$/, '1');
    const sites = { ...official, pages: { ...official.pages, ...pages } };
    internet = await Internet.start(sites, join(folder, 'authority'), { host, port: 443 });
    const [names, ca] = [join(folder, 'hosts'), join(folder, 'internet.crt')];
    writeFileSync(names, `127.0.0.1 localhost\n${host} ${internet.names.join(' ')}\n`);
    writeFileSync(ca, internet.ca);
    within = [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mount --bind "$0" /etc/hosts && exec "$@"',
      names,
      'env',
      `NODE_EXTRA_CA_CERTS=${ca}`,
    ];
    for (const [of, path, text] of [
      ['m1', 'etc/apt/sources.list', debianSource],
      ['w1', 'etc/yum.repos.d/rocky.repo', rpmSource],
    ] as const) {
      const root = join(folder, 'kha/lab', name, 'hosts', of, 'root');
      writeFileSync(join(root, path), text);
      writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), internet.ca);
      await on(of, `echo ${host} ${internet.names.join(' ')} >>/etc/hosts`);
    }
  });
  afterAll(async () => {
    await internet?.[Symbol.asyncDispose]();
    await archive?.[Symbol.asyncDispose]();
  });

  it('takes what it lacks from its own repositories, by name', async () => {
    expect(await done('install', spec)).toContain('stands');
    await allReady();
    const history = await on('w1', 'dnf history info');
    expect(history).toMatch(/Command Line.*install .*conntrack-tools/);
    expect(history).not.toMatch(/haproxy|keepalived|Upgrade /);
    expect(internet.asked.some(({ url, by }) => url.endsWith('/repodata/repomd.xml') && by.startsWith('libdnf'))).toBe(
      true,
    );
  });

  it('has nothing to do the second time', async () => {
    expect(await done('install', spec)).toContain('nothing to do');
  });
});
