import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../src/workflows/messages.js';
import { noSshd, startSshd } from '../../activities/ssh/sshd.js';
import { ground } from '../../lab/ground.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-keys-'));
const keys = join(folder, 'keys');
writeFileSync(keys, `old ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true }));

/** What stands in the spec and in the failure, and so in the history: must be readable only where nothing is encrypted. */
const telling = ['10.99.98.97', 'is not in', 'ssh-keyscan'];

describe.skipIf(noSshd !== '')(`payloads at rest${noSshd && ` (${noSshd})`}`, () => {
  it.each([
    ['are encrypted with keys, failures too', { KHA_ENCRYPTION_KEYS: keys }, false],
    ['are plain without', {}, true],
  ] as const)('%s', async (_, env, readable) => {
    const { kha, done, folder: state, remove } = ground('none', env);
    const sshd = await startSshd();
    const spec = join(state, 'cluster.yaml');
    writeFileSync(
      spec,
      `apiVersion: kubernetes-ha.io/v1alpha1\nkind: Cluster\nname: e2e\nkubernetesVersion: v1.37.2\ncontrolPlaneEndpoint: { type: external, host: 10.99.98.97 }\n` +
        `source: { registry: { address: "127.0.0.1:1", plainHttp: true } }\nssh: { port: ${sshd.port}, key: ${sshd.key}, knownHosts: none }\nhosts:\n  - { name: m1, address: 127.0.0.1, roles: [control-plane] }\n`,
    );
    try {
      expect((await kha('install', spec)).code).toBe(3);
      const { lines } = JSON.parse(await done('status', 'e2e', '--output', 'json')) as Progress;
      expect(lines.find(({ state: now }) => now === 'held')?.problem).toContain('is not in');
      if (!readable) {
        writeFileSync(keys, `new ${randomBytes(32).toString('base64')}\n${readFileSync(keys, 'utf8')}`);
        expect((await kha('resume', 'e2e')).code).toBe(3);
      }
      await done('engine', 'stop');
      const database = readdirSync(join(state, 'kha/engine'))
        .filter((file) => file.startsWith('temporal.db'))
        .map((file) => readFileSync(join(state, 'kha/engine', file)).toString('latin1'))
        .join('');
      expect(telling.map((words) => database.includes(words))).toEqual(telling.map(() => readable));
    } finally {
      await kha('engine', 'stop');
      sshd.stop();
      remove();
    }
  });
});
