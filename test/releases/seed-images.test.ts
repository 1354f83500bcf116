import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModules } from '../../src/bundle/build/build-modules.js';
import { dashboardPage, dashboardSources } from '../../src/bundle/build/seed-dashboard.js';
import { seedImageModules } from '../../src/bundle/build/seed-images.js';
import { labArchitecture } from '../../src/bundle/build/versions.js';
import { freePort } from '../../src/engine/ports.js';
import { run } from '../../src/engine/run-program.js';
import { Folder } from '../bundle/samples.js';

/** What is in the seed's images besides Kubernetes' own: built, and run. */
const report = (): void => undefined;
let binaries: ReadonlyMap<string, string>;
beforeAll(async () => {
  binaries = await buildModules(seedImageModules, labArchitecture, report);
});
const program = (name: string): string => binaries.get(name)!;

describe('etcd 3.1', () => {
  const folder = new Folder();
  const members: ChildProcess[] = [];
  const endpoints: string[] = [];
  const etcdctl = (api: '2' | '3', ...args: string[]): Promise<string> =>
    run(program('etcdctl'), ['--endpoints', endpoints.join(','), ...args], { env: { ETCDCTL_API: api } });

  afterAll(async () => {
    await Promise.all(
      members.map(async (one) => {
        const ended = new Promise((resolve) => one.once('exit', resolve));
        if (one.kill()) await ended;
      }),
    );
    folder[Symbol.dispose]();
  });

  it('is three members over plain HTTP, asked by either of its APIs', async () => {
    const peers = ['a', 'b', 'c'].map(async (name) => [name, `http://127.0.0.1:${await freePort(0)}`] as const);
    const all = await Promise.all(peers);
    for (const [name, peer] of all) {
      const client = `http://127.0.0.1:${await freePort(0)}`;
      endpoints.push(client);
      const args = {
        name,
        'data-dir': folder.at(name),
        'listen-client-urls': client,
        'advertise-client-urls': client,
        'listen-peer-urls': peer,
        'initial-advertise-peer-urls': peer,
        'initial-cluster': all.map((one) => one.join('=')).join(','),
      };
      const flags = Object.entries(args).map(([flag, value]) => `--${flag}=${value}`);
      members.push(spawn(program('etcd'), flags, { stdio: 'ignore' }));
    }
    await expect.poll(() => etcdctl('2', 'cluster-health').catch(String), { timeout: 60_000 }).toMatch(/is healthy\n$/);
    expect(await run(program('etcd'), ['--version'])).toContain('etcd Version: 3.1.10');
    await etcdctl('2', 'set', '/of', 'version 2');
    expect(await etcdctl('2', 'get', '/of')).toBe('version 2\n');
    await etcdctl('3', 'put', 'of', 'version 3');
    members[0]!.kill();
    endpoints.shift();
    await sleep(2_000);
    expect(await etcdctl('3', 'get', 'of')).toBe('of\nversion 3\n');
  });
});

it('has a kube-dns that says which it is', async () => {
  expect(await run(program('kube-dns'), ['--version=true'])).toBe('Kube-DNS 1.22.20-6-g76795c66\n');
});

it('makes a page of which no part is missing, and no message is left as translators read it', async () => {
  const page = await dashboardPage(await dashboardSources(), report);
  const index = readFileSync(join(page, 'index.html'), 'utf8');
  const parts = [...index.matchAll(/(?:src|href)="((?:static|assets)\/[^"]+)"/g)].map(([, part = '']) => part);
  expect(parts).toHaveLength(5);
  for (const part of parts) expect(statSync(join(page, part)).size, part).toBeGreaterThan(1_000);
  const app = readFileSync(join(page, 'static/app.js'), 'utf8');
  expect(app).not.toContain('[[');
  expect(app).toContain('cache.put("overview/overview.html"');
  expect(app).toContain('"v1.10.1"');
  const fonts = [...readFileSync(join(page, 'static/vendor.css'), 'utf8').matchAll(/url\("?\.?\/?(?!data:)([\w.-]+)/g)];
  expect(fonts.length).toBeGreaterThan(0);
  for (const [, font = ''] of fonts) expect(statSync(join(page, 'static', font)).isFile(), font).toBe(true);
});
