import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { survey } from '../../src/facts/survey.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-survey-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the survey in this machine's own shell, with some programs in the place of its own. */
function surveyed(programs: Readonly<Record<string, string>>) {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const stdout = execFileSync('sh', ['-c', survey.command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
  });
  return survey.parse({ code: 0, stdout, stderr: '' });
}

it('waits for two seconds at most for a DNS server that does not answer', () => {
  const { ownName } = surveyed({ getent: 'sleep 3; exit 2' });
  expect(ownName).toMatchObject({ found: false });
  expect(ownName.seconds).toBeGreaterThan(1.5);
  expect(ownName.seconds).toBeLessThan(2.9);
});
