import { mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rotate } from '../../src/engine/logs.js';

it('a log is moved aside under the program that writes it, and three older ones are kept', async () => {
  const folder = mkdtempSync('/var/tmp/kha-logs-');
  const log = join(folder, 'server.log');
  const open = openSync(log, 'a');
  for (const line of ['one', 'two', 'three', 'four', 'five']) {
    writeSync(open, `${line}\n`);
    await rotate(log, 3);
  }
  writeSync(open, '6');
  await rotate(log, 3);
  expect(readdirSync(folder).sort()).toEqual(['server.log', 'server.log.1', 'server.log.2', 'server.log.3']);
  const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(kept).toEqual(['6', 'five\n', 'four\n', 'three\n']);
  rmSync(folder, { recursive: true });
});
