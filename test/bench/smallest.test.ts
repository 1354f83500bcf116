import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benches } from './benches.js';

const script = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url));

describe('the smallest extent of each bench', () => {
  const quick = benches.filter(({ inLab }) => !inLab);
  it.each(quick.map(({ name, title }) => ({ name, title })))('$title works', async ({ name, title }) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, name, '--smallest']);
    expect(stdout).toContain(`✓ ${title}`);
  });
});
