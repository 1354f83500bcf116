import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../src/bundle/archive.js';
import { pushArchive } from '../../src/bundle/push.js';
import { parseAddress, RegistryClient } from '../../src/bundle/registry-client.js';
import { serving } from '../../src/bundle/serve.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { pulledFrom } from '../../src/cluster/image-names.js';
import { answer, FactUnknown, type Fact, type Output } from '../../src/facts/fact.js';
import { bundle, lackingImages, registryStatus, stock } from '../../src/facts/registry.js';
import { registryScript } from '../../src/facts/registry-script.js';
import { sh } from '../../src/facts/sh.js';
import { realRegistry, robot } from '../bundle/real-registry.js';
import { Folder, source } from '../bundle/samples.js';
import { cluster, registryOf } from '../clusters.js';
import { shellBeside } from '../shell.js';

const login = (password = robot.password): string => `user = ${JSON.stringify(`${robot.username}:${password}`)}\n`;
const atRegistry = (address: string, more: object = {}) =>
  cluster({ source: { registry: { address, plainHttp: true, ...more } } });

/** Runs a script as a host would, with a curl before the real one that keeps what stood in the process list. */
function host(folder: Folder) {
  const arguments_ = folder.at('arguments');
  chmodSync(folder.file('curl', `#!/bin/sh\nprintf '%s\\n' "$@" >>${arguments_}\nexec /usr/bin/curl "$@"\n`), 0o755);
  const env = { PATH: [folder.path, process.env['PATH']].join(delimiter) };
  const run = (command: string, stdin: string): Promise<Output> => shellBeside(command, env, stdin);
  return {
    run,
    ask: async <T>(fact: Fact<T>): Promise<T> => answer(fact, await run(fact.command, fact.stdin ?? '')),
    calls: () => (readFileSync(arguments_, 'utf8').match(/^-sSgL$/gm) ?? []).length,
    processList: () => (existsSync(arguments_) ? readFileSync(arguments_, 'utf8') : ''),
  };
}

/** A registry with tokens that has a bundle below a path. */
async function filled(folder: Folder, prefix = 'k8s/site') {
  const registry = await realRegistry(folder);
  await writeArchive(folder.at('a.tar'), source(folder));
  const archive = await Archive.open(folder.at('a.tar'));
  const address = `${registry.host}/${prefix}`;
  const client = new RegistryClient({ address: parseAddress(address), plainHttp: true, login: robot });
  await pushArchive(archive, client, () => undefined);
  return { registry, archive, address, client, images: archive.description.images };
}

it('gets all from below a path with tokens, and neither password nor token stands in a process list', async () => {
  using folder = new Folder();
  const { registry, archive, address, images } = await filled(folder);
  await using _ = registry;
  await using __ = archive;
  const { ask, run, processList } = host(folder);
  const place = registryOf(atRegistry(address));
  expect(await ask(registryStatus(place, login()))).toEqual({ status: 200, reason: '' });
  expect(await ask(bundle(place, login()))).toEqual(archive.description);
  expect(await ask(bundle({ ...place, reference: 'v9.9.9' }, login()))).toBeUndefined();
  const there = Object.entries(images).map(([ref, digest]) => ({
    repository: `k8s/site/${ref.split(':')[0]}`,
    digest,
  }));
  const other = { repository: 'k8s/site/pause', digest: `sha256:${'0'.repeat(64)}` };
  expect(await ask(lackingImages(place, [...there, other], login()))).toEqual([`${other.repository}@${other.digest}`]);
  const { digest } = archive.description.files['bin/amd64/kubelet']!;
  const file = await run(registryScript(place) + sh`get ${place.bundle} ${`blobs/${digest}`} -f`, login());
  expect(file).toEqual({ code: 0, stdout: 'kubelet’s bytes', stderr: '' });
  expect(registry.scopes).toContain('repository:k8s/site/kha/bundle:pull');
  expect(processList()).toContain('http_code');
  expect(processList()).not.toMatch(/secret|robot|Bearer|eyJ/);
});

describe('a bundle’s description with the images that it names', () => {
  const digest = (character: string): string => `sha256:${character.repeat(64)}`;

  it('is told in one go, each image with a token of its own', async () => {
    using folder = new Folder();
    const { registry, archive, address, images } = await filled(folder);
    await using _ = registry;
    await using __ = archive;
    const { ask } = host(folder);
    const place = registryOf(atRegistry(address));
    const named = [
      { image: 'pause:3.10.2', repository: 'k8s/site/pause' },
      { image: 'etcd:3.7.0-0', repository: 'k8s/site/not-there' },
      { image: 'absent:1', repository: 'k8s/site/absent' },
    ];
    expect(await ask(stock(place, named, login()))).toEqual({
      description: archive.description,
      held: new Map([
        [`k8s/site/pause@${images['pause:3.10.2']}`, true],
        [`k8s/site/not-there@${images['etcd:3.7.0-0']}`, false],
      ]),
    });
    expect(registry.scopes).toContain('repository:k8s/site/pause:pull');
    expect(await ask(stock({ ...place, reference: 'v9.9.9' }, named, login()))).toBeUndefined();
    await expect(ask(stock(place, named, login('expired')))).rejects.toThrow(FactUnknown);
  });

  it('asks a registry without tokens for all images at once, and tells nothing of those that it could not ask for', async () => {
    using folder = new Folder();
    await writeArchive(folder.at('a.tar'), source(folder));
    await using archive = await Archive.open(folder.at('a.tar'));
    const answers = serving([archive]);
    let overworked = '';
    const server = createServer((request, response) =>
      request.url === overworked ? response.writeHead(503).end() : answers(request, response),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const place = {
        ...registryOf(atRegistry(`127.0.0.1:${portOf(server)}`)),
        reference: archive.description.kubernetes,
      };
      const { ask, calls } = host(folder);
      const named = Object.keys(archive.description.images).map((image) => ({
        image,
        repository: image.split(':')[0]!,
      }));
      const all = named.map(({ image, repository }) => `${repository}@${archive.description.images[image]}`);
      expect(await ask(stock(place, named, ''))).toEqual({
        description: archive.description,
        held: new Map(all.map((one) => [one, true])),
      });
      // The login, the manifest, the description, and the images.
      expect(calls()).toBe(4);
      const there = all.map((one) => ({ repository: one.split('@')[0]!, digest: one.split('@')[1]! }));
      const gone = [digest('0'), digest('1')].map((one) => ({ repository: 'etcd', digest: one }));
      expect(await ask(lackingImages(place, [gone[0]!, ...there, gone[1]!], ''))).toEqual(
        gone.map((one) => `etcd@${one.digest}`),
      );
      expect(calls()).toBe(6);
      expect(await ask(lackingImages(place, [], ''))).toEqual([]);
      overworked = `/v2/${all.at(-1)!.replace('@', '/manifests/')}`;
      expect((await ask(stock(place, named, '')))?.held.has(all.at(-1)!)).toBe(false);
      await expect(ask(lackingImages(place, there, ''))).rejects.toThrow(/the registry answers with 503/);
    } finally {
      server.close();
    }
  });
});

it('has images by their digests, whatever their tags were moved to', async () => {
  using folder = new Folder();
  const { registry, archive, address, client, images } = await filled(folder);
  await using _ = registry;
  await using __ = archive;
  const other = source(folder, 'another kubelet');
  const config = (): Buffer => Buffer.from('{"architecture":"arm64"}');
  await writeArchive(folder.at('b.tar'), {
    ...other,
    images: other.images.map((image) => ({ ...image, config })),
  });
  await using moved = await Archive.open(folder.at('b.tar'));
  await pushArchive(moved, client, () => undefined);
  const tag = await client.ask('HEAD', 'pause', 'manifests/3.10.2', [200]);
  expect(tag.headers['docker-content-digest']).not.toBe(images['pause:3.10.2']);
  const place = registryOf(atRegistry(address));
  const pause = { repository: 'k8s/site/pause', digest: images['pause:3.10.2']! };
  expect(await host(folder).ask(lackingImages(place, [pause], login()))).toEqual([]);
});

it('says who refuses a login, and takes a refusal for no answer', async () => {
  using folder = new Folder();
  const { registry, archive, address } = await filled(folder);
  await using _ = registry;
  await using __ = archive;
  const { ask } = host(folder);
  const place = registryOf(atRegistry(address));
  for (const stdin of [login('expired'), ''])
    expect(await ask(registryStatus(place, stdin))).toMatchObject({
      status: 401,
      reason: expect.stringMatching(/token gives no token for pulling from k8s\/site\/kha\/bundle/) as string,
    });
  await expect(ask(bundle(place, login('expired')))).rejects.toThrow(FactUnknown);
  const nobody = registryOf(atRegistry('127.0.0.1:1'));
  expect(await ask(registryStatus(nobody, ''))).toMatchObject({
    status: 0,
    reason: expect.stringContaining('Failed to connect') as string,
  });
});

it('follows a registry to its storage, and takes no login along', async () => {
  using folder = new Folder();
  const { registry, archive, address } = await filled(folder);
  await using _ = registry;
  await using __ = archive;
  const heard: IncomingHttpHeaders[] = [];
  const storage = createServer(({ headers }, response) => {
    heard.push(headers);
    response.end('from the storage');
  });
  // As Harbor or GitLab before an object storage: blobs are somewhere else.
  const front = createServer((asked, response) => {
    if (asked.url?.includes('/blobs/') && asked.headers.authorization !== undefined) {
      response.writeHead(307, { location: `http://localhost:${portOf(storage)}/blob` }).end();
      return;
    }
    const [host, port] = registry.host.split(':');
    const { url = '/', method = 'GET', headers } = asked;
    request({ host, port, path: url, method, headers }, (back) => {
      response.writeHead(back.statusCode ?? 500, back.headers);
      back.pipe(response);
    }).end();
  });
  await Promise.all([storage, front].map((server) => new Promise<void>((done) => server.listen(0, done))));
  try {
    const place = registryOf(atRegistry(address.replace(registry.host, `127.0.0.1:${portOf(front)}`)));
    const script = registryScript(place) + sh`get ${place.bundle} ${`blobs/sha256:${'0'.repeat(64)}`} -f`;
    expect(await host(folder).run(script, login())).toEqual({ code: 0, stdout: 'from the storage', stderr: '' });
    expect(heard.map(({ authorization }) => authorization)).toEqual([undefined]);
  } finally {
    for (const server of [storage, front]) server.close();
  }
});

it('gives its login to no token service without TLS, where the registry has TLS', () => {
  const place = registryOf(cluster({ source: { registry: { address: 'harbor.example.org/k8s' } } }));
  expect(registryScript(place)).toContain('case $realm in https://*) ;;');
  expect(registryScript(place)).toContain('--proto-redir =https ');
  expect(registryScript(registryOf(cluster()))).toContain('case $realm in https://* | http://*) ;;');
});

it.each([
  [{}, 'kube-proxy', 'k8s/kube-proxy'],
  [{}, 'coredns', 'k8s/coredns'],
  [{ 'registry.k8s.io': 'mirror/k8s' }, 'kube-proxy', 'k8s/mirror/k8s/kube-proxy'],
  [{ 'registry.k8s.io': 'mirror' }, 'coredns', 'k8s/mirror/coredns/coredns'],
  [{ 'registry.k8s.io': 'a', 'registry.k8s.io/coredns/coredns': 'dns' }, 'coredns', 'k8s/dns'],
  [{ 'docker.io/calico': 'calico' }, 'calico/node', 'k8s/calico/node'],
  [{ 'docker.io/cal': 'calico' }, 'calico/node', 'k8s/calico/node'],
  [{ 'registry.k8s': 'x' }, 'pause', 'k8s/pause'],
])('with %j pulls %s from %s', (images, repository, from) =>
  expect(pulledFrom(atRegistry('h:5000/k8s', { images }), repository)).toBe(from),
);

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
