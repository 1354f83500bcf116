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

it('asks the clock last: where no DNS server answers, the host is not behind', () => {
  const found = surveyed({ getent: 'sleep 3; exit 2' });
  expect(found.ownName).toMatchObject({ found: false });
  expect(found.ownName.seconds).toBeGreaterThan(1.5);
  expect(Math.abs(found.clock - found.answeredAt)).toBeLessThan(1500);
});

it('takes hardware addresses of interfaces, and not the zeros of tunnels that wait for use', () => {
  const { macs } = surveyed({
    getent: 'exit 2',
    ip: `[ "$*" = "-br link" ] || exit 0; cat <<'END'
lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP>
eno1             UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP>
bond0            UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,MASTER,UP,LOWER_UP>
bond0.7@bond0    UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,UP,LOWER_UP>
erspan0@NONE     DOWN           00:00:00:00:00:00 <BROADCAST,MULTICAST>
tunl0@NONE       DOWN           0.0.0.0 <NOARP>
cali1234@if3     UP             ee:ee:ee:ee:ee:ee <BROADCAST,MULTICAST,UP,LOWER_UP>
END`,
  });
  expect(macs).toEqual(Array(3).fill('52:54:00:aa:bb:01'));
});
