import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/facts/fact.js';
import { registryFetching, type Fetched } from '../../src/steps/registry-fetching.js';
import { Folder } from '../bundle/samples.js';
import { cluster, registryOf } from '../clusters.js';
import { shellBeside } from '../shell.js';

const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const contents = ['kubelet', 'kubeadm', 'a manifest', 'a package', 'another package'];
const [kubelet, kubeadm, manifest, deb, other] = contents.map(digestOf) as [string, string, string, string, string];

type Mishap = 'altered' | 'away' | 'cut';

/** A registry of these blobs, which may ask for a token that is good for so many of them. */
async function registry({ mishaps = {}, good }: { mishaps?: Record<string, Mishap>; good?: number } = {}) {
  const asked: string[] = [];
  let connections = 0;
  let tokens = 0;
  let left = 0;
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    if (url.startsWith('/token')) {
      tokens += 1;
      left = good ?? 0;
      return void response.end(JSON.stringify({ token: `t${tokens}` }));
    }
    if (good !== undefined && (headers.authorization !== `Bearer t${tokens}` || left === 0)) {
      const { port } = server.address() as AddressInfo;
      const realm = `Bearer realm="http://127.0.0.1:${port}/token",service="s"`;
      return void response.writeHead(401, { 'www-authenticate': realm }).end();
    }
    const digest = url.split('/').at(-1)!;
    if (digest === '') return void response.end();
    left -= 1;
    asked.push(digest);
    const content = contents.find((one) => digestOf(one) === digest);
    if (content === undefined || mishaps[digest] === 'away') return void response.writeHead(404).end();
    if (mishaps[digest] !== 'cut') return void response.end(mishaps[digest] === 'altered' ? 'what is this' : content);
    response.writeHead(200, { 'content-length': '1000' });
    response.write(content.slice(0, 3));
    setTimeout(() => response.destroy(), 50);
  }).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    place: registryOf(cluster({ source: { registry: { address, plainHttp: true } } })),
    seen: () => ({ connections, tokens }),
    [Symbol.dispose]: () => void server.close(),
  };
}

const wanted = (folder: Folder): Fetched[] => [
  { digest: kubelet, path: folder.at('bin/kubelet'), mode: '0755' },
  { digest: manifest, path: folder.at('manifests/calico.yaml'), mode: '0644' },
  { digest: kubeadm, path: folder.at('bin/kubeadm'), mode: '0755' },
  { digest: deb, path: folder.at('deb/a_1%3a2_all.deb'), mode: '0644' },
  { digest: other, path: folder.at('deb/b_1.0~rc1+deb13u1_amd64.deb'), mode: '0644' },
];

const fetched = (at: Awaited<ReturnType<typeof registry>>, files: readonly Fetched[]): Promise<Output> =>
  shellBeside(registryFetching(at.place, files), { ...process.env, LC_ALL: 'C' });

/** All that lies in a folder, with what begins with a dot. */
const lying = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]));

const quiet = { code: 0, stdout: '', stderr: '' };

describe('what a host fetches from a registry', () => {
  it('is put in place by digest, by one connection a folder, and nothing is left beside it', async () => {
    using folder = new Folder();
    using at = await registry();
    mkdirSync(folder.at('bin'));
    writeFileSync(folder.at('bin/kubelet'), 'the old one');
    expect(await fetched(at, wanted(folder))).toEqual(quiet);
    expect(lying(folder.at('bin'))).toEqual({ kubelet: 'kubelet', kubeadm: 'kubeadm' });
    expect(lying(folder.at('deb'))).toEqual({
      'a_1%3a2_all.deb': 'a package',
      'b_1.0~rc1+deb13u1_amd64.deb': 'another package',
    });
    expect(lying(folder.at('manifests'))).toEqual({ 'calico.yaml': 'a manifest' });
    expect(statSync(folder.at('bin/kubelet')).mode & 0o777).toBe(0o755);
    expect(statSync(folder.at('manifests/calico.yaml')).mode & 0o777).toBe(0o644);
    // The first only asks whether a login is wanted.
    expect(at.seen()).toEqual({ connections: 1 + 3, tokens: 0 });
  });

  it.each<[Mishap, RegExp]>([
    ['altered', /bin\/kubeadm: the download does not have the digest of the bundle$/m],
    ['away', /^curl: \(22\) The requested URL returned error: 404/m],
    ['cut', /^curl: \(18\) /m],
  ])('is not put in place where it is %s; what came whole before it is', async (how, words) => {
    using folder = new Folder();
    using at = await registry({ mishaps: { [kubeadm]: how } });
    mkdirSync(folder.at('bin'));
    writeFileSync(folder.at('bin/kubeadm'), 'the old one');
    const { code, stderr } = await fetched(at, wanted(folder));
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(lying(folder.at('bin'))).toEqual({ kubelet: 'kubelet', kubeadm: 'the old one' });
    expect(existsSync(folder.at('deb'))).toBe(false);
  });

  it('comes with as many tokens as it takes, and each file once', async () => {
    using folder = new Folder();
    // The first question is answered too.
    using at = await registry({ good: 2 });
    expect(await fetched(at, wanted(folder))).toMatchObject({ code: 0, stdout: '' });
    expect(at.asked.toSorted()).toEqual([kubelet, kubeadm, manifest, deb, other].toSorted());
    expect(at.seen().tokens).toBeGreaterThan(1);
  });

  it('is given up where a new token brings nothing more', async () => {
    using folder = new Folder();
    using at = await registry({ good: 0 });
    const { code, stderr } = await fetched(at, wanted(folder));
    expect(`${code} ${stderr}`).toMatch(/^1 curl: \(22\) The requested URL returned error: 401/);
    expect(readdirSync(folder.at('bin'))).toEqual([]);
    expect(at.seen().tokens).toBe(2);
  });

  it('is not put in place where it cannot be proved', async () => {
    using folder = new Folder();
    using at = await registry();
    const script = `sha256sum() { echo 'kubelet: FAILED'; return 137; }; ${registryFetching(at.place, wanted(folder))}`;
    expect(await shellBeside(script, process.env)).toMatchObject({ code: 1 });
    expect(readdirSync(folder.at('bin'))).toEqual([]);
  });
});
