import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { explain } from '../../../src/client/explain.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { changed, good } from './wrong-specs.js';

/** What an attacker or an accident may put anywhere, as YAML. */
const values = [
  '"$(reboot)"',
  `"'; rm -rf / #"`,
  '"`id`"',
  '"a\\nb: c"',
  '"\\0"',
  '"../../etc/passwd"',
  '"%s%n%x"',
  '"-oProxyCommand=id"',
  `"${'a'.repeat(5000)}"`,
  '"\\u202e\\u0000"',
  '""',
  '-1',
  '1e309',
  'null',
  '{ $ne: 1 }',
  '[[[]]]',
];

/** Places in the spec where it may stand. */
const places: readonly ((value: string) => string)[] = [
  (value) => changed('kubernetes-ha.io/v1alpha1', value),
  (value) => changed('kind: Cluster', `kind: ${value}`),
  (value) => changed('name: prod', `name: ${value}`),
  (value) => changed('kubernetesVersion: v1.37.2', `kubernetesVersion: ${value}`),
  (value) => changed('type: vip', `type: ${value}`),
  (value) => changed('vip: 10.0.0.100', `vip: ${value}`),
  (value) => changed('vip: 10.0.0.100', `vip: 10.0.0.100, interface: ${value}`),
  (value) => changed('address: "10.0.0.2:5000"', `address: ${value}`),
  (value) => changed('plainHttp: true', `plainHttp: true, bundle: ${value}`),
  (value) => changed('plainHttp: true', `plainHttp: true, digest: ${value}`),
  (value) => changed('plainHttp: true', `plainHttp: true, credentials: { username: u, password: ${value} }`),
  (value) => changed('name: m1', `name: ${value}`),
  (value) => changed('address: 10.0.0.11', `address: ${value}`),
  (value) => changed('[worker]', `[${value}]`),
  (value) => changed('[worker]', `[worker], ssh: { port: ${value} }`),
  (value) => `${good}ssh: { user: ${value} }\n`,
  (value) => `${good}ssh: { sudoPassword: ${value} }\n`,
  (value) => `${good}networking: { podSubnet: ${value} }\n`,
  (value) => `${good}networking: { dnsDomain: ${value} }\n`,
  (value) => `${good}networking: { calico: { mtu: ${value} } }\n`,
  (value) => `${good}addons: [${value}]\n`,
  (value) => `${good}${value}: 1\n`,
];

const folder = mkdtempSync(join(tmpdir(), 'kha-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('answers more than 300 hostile specs with clear problems and exit code 2, and opens no connection', async () => {
  const connect = vi.spyOn(Socket.prototype, 'connect');
  const file = join(folder, 'cluster.yaml');
  const specs = places.flatMap((place) => values.map((value) => place(value)));
  expect(specs.length).toBeGreaterThan(300);
  for (const spec of specs) {
    writeFileSync(file, spec);
    const error: unknown = await readSpec(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error, spec).toBeInstanceOf(SpecProblems);
    for (const problem of (error as SpecProblems).problems) {
      expect(problem.line, spec).toBeGreaterThan(0);
      expect(problem.column, spec).toBeGreaterThan(0);
      expect(problem.message.length, spec).toBeGreaterThan(5);
    }
    const { text, exitCode } = await explain(error);
    expect(exitCode).toBe(2);
    // Nothing of it may reach the terminal as a control sequence, or fill it.
    expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\u202e]/);
    expect(text.length, spec).toBeLessThan(4000);
  }
  expect(connect).not.toHaveBeenCalled();
});
