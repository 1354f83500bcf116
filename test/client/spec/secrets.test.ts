import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { explain } from '../../../src/client/explain.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { changed, good } from './wrong-specs.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The refusal of a spec: its problems, and all that a person is shown of them. */
async function refused(text: string): Promise<{ problems: SpecProblems['problems']; shown: string }> {
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, text);
  const error: unknown = await readSpec(file).catch((reason: unknown) => reason);
  if (!(error instanceof SpecProblems)) throw new Error('the spec was taken');
  return { problems: error.problems, shown: (await explain(error)).text };
}

const credentials = (more: string): string => changed('plainHttp: true', more);

describe('a secret that was written into the spec', () => {
  it.each([
    ['in a proxy’s URL', `${good}proxies: { http: "http://me:hunter2@proxy:3128" }\n`],
    ['in a URL with a blank', `${good}proxies: { http: "http://me:hun hunter2@proxy:3128" }\n`],
    ['in a URL with a blank, unquoted', `${good}proxies:\n  https: http://me:hun hunter2@proxy:3128\n`],
    ['in a URL without a scheme', `${good}proxies: { http: "me:hunter2@proxy:3128" }\n`],
    ['in a URL that a comma parts', `${good}proxies: { http: http://me:hun,hunter2@proxy:3128 }\n`],
    ['in a URL that a comma parts, after a number', `${good}proxies: { http: http://me:1,hunter2@proxy:3128 }\n`],
    ['in a URL without a key', `${good}proxies: { http://me:hunter2@proxy:3128 }\n`],
    ['in a URL in place of the map', `${good}proxies: http://me:hunter2@proxy:3128\n`],
    ['in a list of URLs', `${good}proxies: { http: [ "http://me:hunter2@proxy:3128" ] }\n`],
    ['in a URL of another field', changed('"10.0.0.2:5000"', '"http://me:hunter2@10.0.0.2:5000"')],
    ['beside another problem', `${good}proxies: { http: "http://me:hunter2@proxy:3128", https: 3 }\n`],
    ['as a password', credentials('credentials: { username: a, password: hunter2 }')],
    ['as a password with a comma', credentials('credentials: { username: a, password: hun,hunter2 }')],
    ['as a password that is an alias', credentials('credentials: { username: a, password: *hunter2 }')],
    ['as a password that is a tag', credentials('credentials: { username: a, password: !hunter2 x }')],
    ['as a password in a broken quote', credentials('credentials: { username: a, password: "hunter"hunter2" }')],
    ['as a password elsewhere', `x: &p hunter2\n${credentials('credentials: { username: a, password: *p }')}`],
    ['as a misspelt password', credentials('credentials: { username: a, pasword: hunter2 }')],
    ['as credentials', credentials('credentials: "a:hunter2"')],
    ['as a password without its colon', `${good}ssh:\n  sudoPassword hunter2\n`],
    ['over several lines', `${good}ssh:\n  sudoPassword: |\n    hunter2\n  port: 0\n`],
    ['of a host', changed('roles: [worker] }', 'roles: [worker], ssh: { sudoPassword: hunter2, port: 0 } }')],
    ['within a value of the wrong type', `${good}ssh: [{ passphrase: hunter2 }]\n`],
    ['within a second document', `${good}---\npassword: hunter2\n`],
  ])('is never shown: %s', async (_, text) => {
    const { problems, shown } = await refused(text);
    expect(problems).not.toEqual([]);
    expect(shown + JSON.stringify(problems)).not.toContain('hunter2');
  });

  it.each([
    [
      'its place',
      `${good}proxies: { http: "http://me:hun ter2@proxy" }\n`,
      /yaml:12:18 .*proxies.http: has the wrong form/,
    ],
    [
      'what may stand there',
      `${good}proxies: { http: "http://me:hun ter2@proxy" }\n`,
      /found .* not shown\n.*expected .*file:PATH/,
    ],
    ['a near key', credentials('credentials: { username: a, pasword: hunter2 }'), /did you mean password\?/],
  ])('is told with %s', async (_, text, words) => expect((await refused(text)).shown).toMatch(words));
});

describe('a line with nothing secret on it', () => {
  it.each([
    ['a reference', `${good}ssh: { sudoPassword: env:SUDO, port: 0 }\n`, 'sudoPassword: env:SUDO, port: 0'],
    ['a URL without a user', `${good}proxies: { http: "http://proxy:3128", noProxy: 3 }\n`, 'http://proxy:3128'],
    ['a map of other things', `${good}proxies: { noProxy: 3 }\n`, 'proxies: { noProxy: 3 }'],
  ])('is shown: %s', async (_, text, line) => expect((await refused(text)).shown).toContain(line));
});
