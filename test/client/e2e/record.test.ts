import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpec } from '../../../src/client/spec/read.js';
import { recordText } from '../../../src/cluster/record.js';
import { recordFor } from '../../records.js';
import { noSshd, startSshd, type Sshd } from '../../activities/ssh/sshd.js';
import { ground } from '../../lab/ground.js';

/** A control plane that answers with a state folder of its own; nothing but its record is looked at. */
describe.skipIf(noSshd !== '')(`a cluster that stands${noSshd && ` (${noSshd})`}`, () => {
  const { kha, done, folder, remove } = ground('none');
  const spec = join(folder, 'cluster.yaml');
  const state = join(folder, 'state');
  const record = join(state, 'record.json');
  let sshd: Sshd;
  const lines = (): string[] => [
    'apiVersion: kubernetes-ha.io/v1alpha1',
    'kind: Cluster',
    'name: e2e',
    'kubernetesVersion: v1.37.2',
    'controlPlaneEndpoint: { type: vip, vip: 127.0.0.9 }',
    'source: { registry: { address: "127.0.0.1:1", plainHttp: true } }',
    `ssh: { port: ${sshd.port}, key: ${sshd.key}, knownHosts: ${sshd.knownHosts} }`,
    'hosts:',
    '  - { name: m1, address: 127.0.0.1, roles: [control-plane] }',
    '  - { name: m2, address: 127.0.0.2, roles: [control-plane] }',
    '  - { name: w1, address: 127.0.0.3, roles: [worker] }',
  ];
  const changed = (text: string): string =>
    `${text.replace(/.*w1.*\n/, '').replace('127.0.0.9', '127.0.0.10')}kubelet: { maxPods: 50 }\n`;
  const write = (change: (text: string) => string = (text) => text): void =>
    writeFileSync(spec, change(`${lines().join('\n')}\n`));

  beforeAll(async () => {
    const script = join(folder, 'shell');
    // What is not of this test's state is no business of the host that it plays.
    writeFileSync(script, `#!/bin/sh\nsed -u 's#/var/lib/kha#${state}#g' | sh\n`);
    chmodSync(script, 0o755);
    mkdirSync(state);
    sshd = await startSshd([`ForceCommand ${script}`]);
    write();
    writeFileSync(record, recordText(recordFor((await readSpec(spec)).cluster)));
    writeFileSync(join(state, 'cluster'), 'e2e');
  });
  afterAll(async () => {
    await done('engine', 'stop');
    sshd.stop();
    remove();
  });

  it.each(['plan', 'install'])(
    '%s refuses everything at once, with line and column, and starts nothing',
    async (verb) => {
      write(changed);
      const { code, stdout, stderr } = await kha(verb, spec);
      expect(stderr).toMatch(/cluster\.yaml:5:41 error controlPlaneEndpoint\.vip: /);
      expect(stderr).toMatch(
        /cluster\.yaml:8:1 error hosts: w1 .*\n.*\n.*\n.*\n.*kha node remove w1 \(not built yet\)/,
      );
      expect(stderr).toMatch(/cluster\.yaml:11:21 error kubelet\.maxPods: /);
      expect(stderr).toContain('3 problems; nothing was touched');
      if (verb === 'plan') expect(stdout).toMatch(/^ {2}− w1 +w1 \(127\.0\.0\.3, worker\)/m);
      expect(code).toBe(2);
      expect(await done('list')).toContain('no clusters yet');
    },
  );

  it.each<[string, string[], (text: string) => string, RegExp]>([
    [
      'the record lacks more',
      ['w2'],
      (text) => text,
      /cluster\.yaml:13:13 error hosts\[4\]\.name: w3 is not part of the cluster yet/,
    ],
    [
      'a field is another',
      ['w2,w3'],
      (text) => `${text}patience: 2\n`,
      /error patience: .*\n.*\n.*\n.*\n?.*kha install without --only/,
    ],
    [
      'a host is unknown',
      ['w9'],
      (text) => text,
      /--only w9: the spec has no host w9; its workers: w1, w2, w3\nNext: nothing was touched/,
    ],
    ['a host is more than a worker', ['m1,w2'], (text) => text, /m1 is control-plane; only a host that is a worker/],
  ])('refuses to add workers alone where %s', async (_, hosts, change, words) => {
    const more = [2, 3].map((n) => `  - { name: w${n}, address: 127.0.1.${n}, roles: [worker] }\n`).join('');
    write((text) => change(text.replace(/.*w1.*\n/, `$&${more}`)));
    for (const verb of ['plan', 'install']) {
      const { code, stderr } = await kha(verb, spec, '--only', ...hosts);
      expect(stderr).toMatch(words);
      expect(code).toBe(2);
    }
    expect(await done('list')).toContain('no clusters yet');
    write();
  });

  it('gives the same to programs', async () => {
    write(changed);
    const { code, stdout } = await kha('plan', spec, '--output', 'json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      removed: [{ host: 'w1' }],
      refused: [{ line: 5 }, { line: 8 }, { line: 11 }],
    });
  });

  it('passes by the first control plane where that is new, and asks the next', async () => {
    write((text) => text.replace(/(.*m1.*\n)(.*m2.*\n)/, '$2$1').replace('vip: 127.0.0.9', 'vip: 127.0.0.10'));
    expect((await kha('install', spec)).stderr).toMatch(/cluster\.yaml:5:41 error controlPlaneEndpoint\.vip: /);
  });

  it.each([
    [
      'is newer',
      '{"schema": 2, "kha": "9.9.9"}',
      /record of cluster e2e on m1 was written by kha 9\.9\.9 with schema 2.*use that kha/,
    ],
    ['cannot be read', '{"schema": 1,', /record of cluster e2e on m1 is no JSON.*\nNext: nothing was touched/],
  ])('stops where the record %s', async (_, text, words) => {
    write();
    writeFileSync(record, text);
    const { code, stderr } = await kha('install', spec);
    expect(stderr).toMatch(words);
    expect(code).toBe(1);
    expect(await done('list')).toContain('no clusters yet');
  });
});
