import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { searchAttributes } from '../src/workflows/messages.js';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const file = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const text = readFileSync(file, 'utf8');
const { services, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const oneShot = ['temporal-schema', 'temporal-namespace'];

const compose = (...args: string[]) =>
  spawnSync('docker', ['compose', '--file', file, ...args], {
    encoding: 'utf8',
    env: { ...process.env, POSTGRES_PASSWORD: 'of-this-test' },
  });

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
      if (oneShot.includes(name)) expect(service.restart, name).toBe('on-failure');
      else expect(service.healthcheck?.test.length, name).toBeGreaterThan(0);
    }
  });

  it('keeps the database in a named volume, and no password in the file', () => {
    expect(services['postgresql']?.volumes).toEqual(['postgresql:/var/lib/postgresql/data']);
    expect(Object.keys(volumes)).toEqual(['postgresql']);
    expect(services['postgresql']?.environment?.['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
  });

  it('makes the search attributes that kha uses', () => {
    const command = services['temporal-namespace']?.command?.join('\n') ?? '';
    for (const [name, type] of Object.entries(searchAttributes))
      expect(command).toMatch(new RegExp(`--name ${name} --type ${type}\\b`));
  });
});
