import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Internet } from '../../lab/internet/internet.js';
import { Proxy } from '../../lab/internet/proxy.js';
import { bodyOf } from '../../src/bundle/download.js';
import { Https } from '../../src/engine/https.js';
import { parseAddress, RegistryClient } from '../../src/bundle/registry-client.js';
import { fetchFile } from '../../src/engine/fetch-file.js';
import { Folder } from './samples.js';
import { internetOfFile } from './sample-internet.js';

const url = 'https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/kubeadm';
let internet: Internet;
internetOfFile((one) => void (internet = one));
/** The only way out: a proxy that wants a login. */
let proxy: Proxy;

beforeAll(async () => {
  const forbids = (target: string): boolean => target.startsWith('forbidden.');
  proxy = await Proxy.start('127.0.0.1', internet.listening, { login: 'robot:secret', forbids });
}, 60_000);
afterEach(() => {
  vi.unstubAllEnvs();
  proxy.tunnels.length = 0;
});
afterAll(() => proxy[Symbol.asyncDispose]());

/** Whom it was asked for. */
const tunnels = (): string[] => proxy.tunnels.map(({ target }) => target);

const set = (user: string, not = ''): void => {
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, `http://${user}127.0.0.1:${proxy.port}`);
  for (const name of ['NO_PROXY', 'no_proxy']) vi.stubEnv(name, not);
};

it('goes through the proxy that the environment names, and keeps to its connections', async () => {
  set('robot:secret@');
  using https = new Https({ ca: internet.ca });
  for (const _ of [1, 2]) expect(await bodyOf(await https.get(url))).toContain('the amd64 program kubeadm');
  expect(tunnels()).toEqual(['dl.k8s.io:443', 'cdn.dl.k8s.io:443']);
});

it('says that the proxy wants a login, or which proxy an address was asked through, and no password', async () => {
  set('');
  using https = new Https({ ca: internet.ca });
  const failed = (asked: string): Promise<string> => https.get(asked).then(String, (error: Error) => error.message);
  expect(await failed(url)).toMatch(
    /^dl\.k8s\.io answers 407 \(through the proxy 127\.0\.0\.1:\d+, which wants a login: name it as http:\/\/USER:PASSWORD@/,
  );
  set('robot:secret@', 'dl.k8s.io');
  const straight = await failed('https://dl.k8s.io:1/').catch(String);
  expect(straight).toMatch(/^dl\.k8s\.io:1 cannot be reached: .*no proxy is set for it; where one leads out/);
  vi.stubEnv('https_proxy', 'http://robot:secret@127.0.0.1:1');
  const none = await failed(url.replace('dl.', 'cdn.dl.'));
  expect(none).toMatch(/cannot be reached: .*ECONNREFUSED 127\.0\.0\.1:1 \(through the proxy 127\.0\.0\.1:1\)/);
  expect(none).not.toContain('secret');
});

it('fetches the engine’s own programs through it too', async () => {
  set('robot:secret@');
  using folder = new Folder();
  const to = join(folder.path, 'kubeadm');
  await fetchFile(new URL(url), to, { ca: internet.ca });
  expect(readFileSync(to, 'utf8')).toContain('the amd64 program kubeadm');
  expect(tunnels()).toEqual(['dl.k8s.io:443', 'cdn.dl.k8s.io:443']);
  set('');
  const failed = await fetchFile(new URL(url), to).then(String, (error: Error) => error.message);
  expect(failed).toMatch(
    /^https:\/\/dl\.k8s\.io\/.* could not be reached: .*407 \(through the proxy 127\.0\.0\.1:\d+, which wants/,
  );
});

it('pushes through it too, except to where no proxy is to be asked', async () => {
  set('robot:secret@');
  const client = (host: string): RegistryClient =>
    new RegistryClient({ address: parseAddress(host), ca: internet.ca, login: { username: 'a', password: 'b' } });
  await client('registry.k8s.io').ask('HEAD', 'pause', 'manifests/none', [404]);
  expect(tunnels()).toEqual(['registry.k8s.io:443']);
  await expect(client('forbidden.example.org').ask('HEAD', 'pause', 'manifests/none', [404])).rejects.toThrow(
    /forbidden\.example\.org.* answered 403 \(through the proxy/,
  );
  set('robot:secret@', '127.0.0.1');
  await expect(client('127.0.0.1:1').ask('HEAD', 'pause', 'manifests/none', [404])).rejects.toThrow(
    /ECONNREFUSED 127\.0\.0\.1:1 \(no proxy is set for it/,
  );
  expect(tunnels()).toHaveLength(2);
});
