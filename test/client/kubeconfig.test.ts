import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withCluster, writeKubeconfig } from '../../src/client/kubeconfig.js';

const admin = (server: string, key = 'S0VZ'): string => `apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster: { certificate-authority-data: Q0E=, server: ${server} }
contexts:
- name: kubernetes-admin@prod
  context: { cluster: prod, user: kubernetes-admin }
current-context: kubernetes-admin@prod
users:
- name: kubernetes-admin
  user: { client-certificate-data: Q1JU, client-key-data: ${key} }
`;
const theirs = `apiVersion: v1
kind: Config
# The old one, until Christmas.
clusters: [{ name: old, cluster: { server: "https://old:6443" } }]
users:
  - name: kubernetes-admin
    user: { token: theirs }
contexts:
  - name: old
    context: { cluster: old, user: kubernetes-admin }
current-context: old
preferences: {}
`;

describe('withCluster', () => {
  it('makes a kubeconfig under names of the cluster’s own', () => {
    expect(parse(withCluster(undefined, admin('https://10.0.0.9:8443'), 'prod', 'f'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'prod', cluster: { 'certificate-authority-data': 'Q0E=', server: 'https://10.0.0.9:8443' } }],
      users: [{ name: 'prod-admin', user: { 'client-certificate-data': 'Q1JU', 'client-key-data': 'S0VZ' } }],
      contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'prod-admin' } }],
      'current-context': 'prod',
    });
  });

  it('keeps what stands there, its comments and its current context', () => {
    const merged = withCluster(theirs, admin('https://10.0.0.9:8443'), 'prod', 'f');
    expect(merged).toContain('# The old one, until Christmas.');
    const before = parse(theirs) as { clusters: object[]; users: object[]; contexts: object[] };
    const after = parse(merged) as typeof before;
    for (const list of ['clusters', 'users', 'contexts'] as const) {
      expect(after[list].slice(0, -1)).toEqual(before[list]);
      expect(after[list]).toHaveLength(before[list].length + 1);
    }
    expect(after).toMatchObject({ 'current-context': 'old', preferences: {} });
  });

  it('takes a renewed certificate in place of the old one', () => {
    const first = withCluster(theirs, admin('https://10.0.0.9:8443'), 'prod', 'f');
    const second = withCluster(first, admin('https://10.0.0.9:8443', 'TkVX'), 'prod', 'f');
    expect(second).toBe(first.replace('S0VZ', 'TkVX'));
  });

  it.each([
    [
      'another cluster of the name',
      withCluster(undefined, admin('https://10.9.9.9:6443'), 'prod', 'f'),
      /server differs/,
    ],
    ['no kubeconfig', 'hello: world\n', /is no kubeconfig/],
    ['no YAML', '{ [', /is no kubeconfig/],
  ])('refuses a file with %s', (_, before, words) => {
    expect(() => withCluster(before, admin('https://10.0.0.9:8443'), 'prod', 'f')).toThrow(words);
  });
});

describe('writeKubeconfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-kubeconfig-'));
  const file = join(folder, 'config');
  afterEach(() => {
    rmSync(file, { force: true });
    rmSync(`${file}.lock`, { force: true });
  });

  it('writes for its owner only, through a link, and leaves no lock', async () => {
    writeFileSync(join(folder, 'real'), theirs, { mode: 0o644 });
    symlinkSync(join(folder, 'real'), file);
    await writeKubeconfig(file, admin('https://10.0.0.9:8443'), 'prod');
    expect(readFileSync(join(folder, 'real'), 'utf8')).toContain('prod-admin');
    expect(statSync(join(folder, 'real')).mode & 0o777).toBe(0o600);
    await writeKubeconfig(file, admin('https://10.0.0.9:8443'), 'prod');
  });

  it('leaves a file alone that it refuses, or that kubectl has locked', async () => {
    writeFileSync(file, 'hello: world\n');
    await expect(writeKubeconfig(file, admin('https://10.0.0.9:8443'), 'prod')).rejects.toThrow(/no kubeconfig/);
    writeFileSync(`${file}.lock`, '');
    await expect(writeKubeconfig(file, admin('https://10.0.0.9:8443'), 'prod')).rejects.toThrow(/right now/);
    expect(readFileSync(file, 'utf8')).toBe('hello: world\n');
  });
});
