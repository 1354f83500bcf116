import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cCompiler } from '../../../src/bundle/build/c-compiler.js';

const version = 'gcc (Debian 12.2.0-14) 12.2.0';
const says = `if [ "$1" = --version ]; then echo '${version}'; exit; fi`;
const lacks = "echo '<stdin>:1:10: fatal error: stdlib.h: No such file or directory' >&2; exit 1";

it.each<[string, string | undefined, string | RegExp]>([
  ['what it is, where all is there', `${says}; grep -q '#include <stdlib.h>'`, version],
  ['that gcc is missing', undefined, /gcc could not be run.*\n.*apt-get install gcc libc6-dev/],
  ['that headers are missing', `${says}; ${lacks}`, /stdlib\.h: No such file.*\n.*apt-get install gcc libc6-dev/],
])('tells %s', async (_, gcc, said) => {
  const folder = mkdtempSync(join(tmpdir(), 'kha-gcc-'));
  if (gcc !== undefined) {
    writeFileSync(join(folder, 'gcc'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${gcc}\n`);
    chmodSync(join(folder, 'gcc'), 0o755);
  }
  const told = await cCompiler({ PATH: folder }).catch((error: Error) => error.message);
  expect(told).toMatch(said);
  rmSync(folder, { recursive: true });
});
