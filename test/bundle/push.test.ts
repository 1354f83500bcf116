import { expect, it } from 'vitest';
import { Archive } from '../../src/bundle/archive.js';
import { pushArchive } from '../../src/bundle/push.js';
import { parseAddress, RegistryClient } from '../../src/bundle/registry-client.js';
import { writeArchive } from '../../src/bundle/write-archive.js';
import { realRegistry, robot } from './real-registry.js';
import { Folder, source } from './samples.js';

const quiet = (): void => undefined;

it('pushes below a prefix with a token, keeps digests, and sends nothing twice', async () => {
  using folder = new Folder();
  await using registry = await realRegistry(folder);
  await writeArchive(folder.at('a.tar'), source(folder));
  await using archive = await Archive.open(folder.at('a.tar'));
  const settings = { address: parseAddress(`${registry.host}/k8s/site`), plainHttp: true };
  const client = new RegistryClient({ ...settings, login: robot });
  const first = await pushArchive(archive, client, quiet);
  // Four blobs of images with the layer that both have in two repositories, two files and the description.
  expect(first).toMatchObject({ sent: 8, present: 0 });
  expect(await pushArchive(archive, client, quiet)).toEqual({ sent: 0, present: 8, size: 0 });
  expect(new Set(registry.scopes)).toEqual(
    new Set(['kha/bundle', 'pause', 'etcd'].map((name) => `repository:k8s/site/${name}:pull,push`)),
  );
  for (const [ref, digest] of Object.entries(archive.description.images)) {
    const [name = '', tag = ''] = ref.split(':');
    const { headers } = await client.ask('HEAD', name, `manifests/${tag}`, [200]);
    expect(headers['docker-content-digest']).toBe(digest);
  }
  // The next version brings one other file: that alone is sent, and its description.
  await writeArchive(folder.at('b.tar'), source(folder, 'a newer kubelet'));
  await using newer = await Archive.open(folder.at('b.tar'));
  expect(await pushArchive(newer, client, quiet)).toMatchObject({ sent: 2, present: 6 });
  // Another release lies beside it: upgrades need both.
  const other = source(folder);
  await writeArchive(folder.at('c.tar'), { ...other, description: { ...other.description, kubernetes: 'v1.36.3' } });
  await using beside = await Archive.open(folder.at('c.tar'));
  expect(await pushArchive(beside, client, quiet)).toMatchObject({ sent: 1, present: 7 });
  for (const [tag, { index }] of Object.entries({ 'v1.37.2': newer, 'v1.36.3': beside })) {
    const { headers } = await client.ask('HEAD', 'kha/bundle', `manifests/${tag}`, [200]);
    expect(headers['docker-content-digest']).toBe(index.manifests[0]?.digest);
  }
});

it('keeps an image of an add-on under its whole name, below the prefix', async () => {
  using folder = new Folder();
  await using registry = await realRegistry(folder);
  const base = source(folder);
  const names = ['quay.io/site/agent:v2', 'site.example_5000/own/app:sha256-0123'];
  const images = names.map((name) => ({
    ...base.images[0]!,
    name,
    config: () => Buffer.from(JSON.stringify({ name })),
  }));
  await writeArchive(folder.at('a.tar'), { ...base, images });
  await using archive = await Archive.open(folder.at('a.tar'));
  const address = parseAddress(`${registry.host}/k8s`);
  const client = new RegistryClient({ address, plainHttp: true, login: robot });
  await pushArchive(archive, client, quiet);
  for (const name of names) {
    const [repository = '', tag = ''] = name.split(':');
    const { headers } = await client.ask('HEAD', repository, `manifests/${tag}`, [200]);
    expect(headers['docker-content-digest']).toBe(archive.description.images[name]);
  }
});

it('says which registry refuses, and why', async () => {
  using folder = new Folder();
  await using registry = await realRegistry(folder);
  await writeArchive(folder.at('a.tar'), source(folder));
  await using archive = await Archive.open(folder.at('a.tar'));
  const push = (login?: typeof robot): Promise<unknown> =>
    pushArchive(
      archive,
      new RegistryClient({ address: parseAddress(registry.host), plainHttp: true, ...(login ? { login } : {}) }),
      quiet,
    );
  await expect(push()).rejects.toThrow(
    /gives no token for repository:kha\/bundle:pull,push: it answered 401; no login/,
  );
  await expect(push({ ...robot, password: 'old' })).rejects.toThrow(/see that the login is right and has not expired/);
  const nobody = new RegistryClient({ address: parseAddress('127.0.0.1:1'), plainHttp: true });
  await expect(pushArchive(archive, nobody, quiet)).rejects.toThrow(/127\.0\.0\.1:1.*ECONNREFUSED/);
});

it.each(['https://harbor.example.org', 'harbor.example.org/K8s', 'a b', ''])('refuses %j as a registry', (text) => {
  expect(() => parseAddress(text)).toThrow(/expected HOST\[:PORT\]\[\/PREFIX\], without a scheme/);
});
