import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readCompose, type Service } from '../lab/standing/compose.js';
import { source } from '../src/bundle/build/modules.js';
import { cacheFolder } from '../src/engine/folders.js';
import { searchAttributes } from '../src/workflows/messages.js';

const file = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const { services, volumes, configs } = await readCompose(file, { POSTGRES_PASSWORD: 'of-this-test' });
const jobs = ['temporal-schema', 'temporal-namespace'];

const compose = (...args: string[]) =>
  spawnSync('docker', ['compose', '--file', file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, POSTGRES_PASSWORD: 'of-this-test' },
  });

/** The template of settings that the server's image fills from its environment: it comes with the server's module. */
function template(): string {
  const env = { ...process.env, GOMODCACHE: cacheFolder('go', 'mod'), GOFLAGS: '-modcacherw -mod=mod' };
  const options = { cwd: source('temporal'), env, encoding: 'utf8' } as const;
  const module = JSON.parse(execFileSync('go', ['mod', 'download', '-json', 'go.temporal.io/server'], options)) as {
    Dir: string;
    Version: string;
  };
  expect(services['temporal']?.image).toBe(`temporalio/server:${module.Version.slice(1)}`);
  return readFileSync(join(module.Dir, 'common/config/config_template_embedded.yaml'), 'utf8');
}

/** Where each mount of a service lies in its container. */
const mounts = ({ volumes = [], configs = [] }: Service): string[] => [
  ...volumes.map((volume) => /^.+?:(\/[^:]+)/.exec(volume)?.[1] ?? ''),
  ...configs.map(({ target }) => target),
];

describe('docker-compose.yml', () => {
  it.skipIf(compose('version').status !== 0)('is taken by docker compose itself (skipped where there is none)', () => {
    const { status, stderr } = compose('config', '--quiet');
    expect(`${status} ${stderr}`).toBe('0 ');
  });

  it('has a standing Temporal, its jobs, its UI and a worker', () => {
    expect(Object.keys(services).sort()).toEqual([
      'postgresql',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
      'worker',
    ]);
  });

  it.each(Object.entries(services))(
    '%s: a pinned tag, no auto-setup, loopback only',
    (_name, { image, build, ports = [] }) => {
      expect(image ?? build).not.toMatch(/auto-setup|:latest$/);
      if (image) expect(image).toMatch(/:\d[\w.]*$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    },
  );

  it('starts in order: database, schema, server, namespace, worker', () => {
    const after = (name: string): Record<string, string> =>
      Object.fromEntries(
        Object.entries(services[name]?.depends_on ?? {}).map(([other, { condition }]) => [other, condition]),
      );
    expect(after('temporal-schema')).toEqual({ postgresql: 'service_healthy' });
    expect(after('temporal')).toEqual({ 'temporal-schema': 'service_completed_successfully' });
    expect(after('temporal-namespace')).toEqual({ temporal: 'service_healthy' });
    expect(after('worker')).toEqual({ 'temporal-namespace': 'service_completed_successfully' });
  });

  it('checks the health of everything that stays up', () => {
    for (const [name, service] of Object.entries(services)) {
      if (jobs.includes(name)) expect(service.restart, name).toBe('on-failure:5');
      else expect(service.healthcheck?.test.length, name).toBeGreaterThan(0);
    }
  });

  it('keeps the database in a named volume, and no password in the file', async () => {
    expect(services['postgresql']?.volumes).toEqual(['postgresql:/var/lib/postgresql/data']);
    expect(Object.keys(volumes)).toContain('postgresql');
    await expect(readCompose(file, {})).rejects.toThrow(/POSTGRES_PASSWORD: set POSTGRES_PASSWORD/);
  });

  it('makes the search attributes that kha uses', () => {
    const command = services['temporal-namespace']?.command?.join('\n') ?? '';
    for (const [name, type] of Object.entries(searchAttributes))
      expect(command).toMatch(new RegExp(`--name ${name} --type ${type}\\b`));
  });

  it('sets nothing that the server’s settings do not know, and mounts every file that they name', () => {
    const text = template();
    const server = services['temporal']!;
    const known = [...text.matchAll(/env "(\w+)"/g)].map(([, name]) => name);
    // These are for the health check: Temporal's CLI reads them.
    const forClients = /^TEMPORAL_(ADDRESS|TLS_CLIENT_(CERT|KEY)_PATH|TLS_SERVER_CA_CERT_PATH|TLS_SERVER_NAME)$/;
    for (const name of Object.keys(server.environment ?? {})) if (!forClients.test(name)) expect(known).toContain(name);
    const [, fallback = '', variable = ''] =
      /dynamicConfigClient:\s+filepath: "\{\{ default "([^"]+)" \(env "(\w+)"\)/.exec(text) ?? [];
    const wanted = server.environment?.[variable] ?? fallback;
    expect(wanted).toMatch(/^\//);
    expect(mounts(server)).toContain(wanted);
    expect(configs['dynamicconfig']?.content).toBeTruthy();
  });

  it('has as many history shards as a standing server wants; the image’s default of four is for ever', () => {
    expect(Number(services['temporal']?.environment?.['NUM_HISTORY_SHARDS'])).toBeGreaterThanOrEqual(512);
  });

  it('mounts every file that TLS would name', async () => {
    const tls = ['CA', 'SERVER_CERT', 'SERVER_KEY', 'CLIENT_CERT', 'CLIENT_KEY'];
    const variables = Object.fromEntries(tls.map((name) => [`KHA_TLS_${name}`, `/etc/temporal/tls/${name}`]));
    const secure = await readCompose(file, { ...variables, POSTGRES_PASSWORD: 'x' });
    for (const [name, service] of Object.entries(secure.services)) {
      const named = Object.values(service.environment ?? {}).filter((value) => value.startsWith('/etc/temporal/tls/'));
      if (named.length > 0) expect(mounts(service), name).toContain('/etc/temporal/tls');
    }
    expect(Object.values(secure.services['temporal']!.environment!)).toContain('/etc/temporal/tls/SERVER_KEY');
  });

  it('asks the server how it is, and lets no failure of a job pass', () => {
    expect(services['temporal']?.healthcheck?.test).toEqual([
      'CMD',
      '/tools/temporal',
      'operator',
      'cluster',
      'health',
    ]);
    expect(mounts(services['temporal']!)).toContain('/tools');
    for (const name of jobs) expect(services[name]?.command?.join('\n'), name).not.toMatch(/\|\|/);
  });

  it('gives the worker its keys and secrets, and no root', () => {
    const worker = services['worker']!;
    expect(worker.user).toBe('1000:1000');
    expect(mounts(worker)).toEqual(expect.arrayContaining(['/home/node/.ssh', '/etc/kha']));
    expect(worker.env_file).toEqual([{ path: 'worker.env', required: false }]);
    const image = readFileSync(join(file, '../Dockerfile'), 'utf8');
    expect(image).toMatch(/\nUSER node\n/);
    // Node 24 is the oldest that is maintained beyond 2027 (nodejs.org, releases); odd ones never are for long.
    const bases = [...image.matchAll(/^FROM (\S+?):(\d+)\./gm)].map(([, name, major]) => [name, Number(major)]);
    expect(bases).toEqual([
      ['node', expect.toSatisfy((major: number) => major >= 24 && major % 2 === 0)],
      ['node', bases[0]![1]],
    ]);
  });
});
