import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identity } from '../../src/facts/identity.js';

const links = `lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP>
eno1             UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP>
bond0            UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,MASTER,UP,LOWER_UP>
bond0.7@bond0    UP             52:54:00:aa:bb:01 <BROADCAST,MULTICAST,UP,LOWER_UP>
erspan0@NONE     DOWN           00:00:00:00:00:00 <BROADCAST,MULTICAST>
tunl0@NONE       DOWN           0.0.0.0 <NOARP>
cali1234@if3     UP             ee:ee:ee:ee:ee:ee <BROADCAST,MULTICAST,UP,LOWER_UP>`;

it('takes hardware addresses of interfaces, and not the zeros of tunnels that wait for use', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-identity-'));
  try {
    writeFileSync(join(folder, 'ip'), `#!/bin/sh\n[ "$*" = "-br link" ] || exit 1; cat <<'END'\n${links}\nEND\n`);
    chmodSync(join(folder, 'ip'), 0o755);
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
    const stdout = execFileSync('sh', ['-c', identity.command], { encoding: 'utf8', env });
    const found = identity.parse({ code: 0, stdout, stderr: '' });
    expect(found.macs).toEqual(Array(3).fill('52:54:00:aa:bb:01'));
    expect(Math.abs(found.clock - found.answeredAt)).toBeLessThan(1500);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('tells nothing of a host that came to no end', () =>
  expect(() => identity.parse({ code: 0, stdout: 'machine=a\nmac=b\n', stderr: '' })).toThrow('does not say'));
