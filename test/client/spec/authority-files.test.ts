import { afterEach, expect, it, vi } from 'vitest';
import { withProvedAuthorities } from '../../../src/client/spec/authority-files.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import { Folder } from '../../bundle/samples.js';
import { madeAuthority } from '../../certificates.js';
import { good } from './wrong-specs.js';

const site = madeAuthority();
const other = madeAuthority();
afterEach(() => vi.unstubAllEnvs());

/** What is told of a spec that gives an authority, beside these files. */
async function told(given: string, files: Readonly<Record<string, string>>) {
  using folder = new Folder();
  for (const [name, content] of Object.entries(files)) folder.file(name, content);
  const read = await readSpec(folder.file('cluster.yaml', `${good}certificates: { ca: ${given} }\n`));
  const words = (one: SpecProblems['problems'][number]): string =>
    `${one.severity} ${one.line}:${one.column} ${one.path}: ${one.message}`;
  try {
    return (await withProvedAuthorities(read)).warnings.map(words);
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return error.problems.map(words);
  }
}

it('finds files beside the spec, and keys in variables', async () => {
  vi.stubEnv('CA_KEY', site.key);
  expect(await told('{ cert: ca.crt, key: file:ca.key }', { 'ca.crt': site.cert, 'ca.key': site.key })).toEqual([]);
  expect(await told('{ cert: ca.crt, key: env:CA_KEY }', { 'ca.crt': site.cert })).toEqual([]);
});

it('tells where it stands what is wrong with one', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', '');
  expect(await told('{ cert: ca.crt, key: file:ca.key }', { 'ca.crt': site.cert, 'ca.key': other.key })).toEqual([
    'error 12:42 certificates.ca.key: it is not the key of the certificate',
  ]);
  expect(await told('{ cert: ca.crt, key: file:ca.key }', { 'ca.crt': site.key, 'ca.key': site.key })).toEqual([
    'error 12:29 certificates.ca.cert: it is no certificate in PEM',
  ]);
  expect(await told('{ cert: no.crt, key: file:no.key }', {})).toEqual([
    expect.stringMatching(/^error 12:29 certificates\.ca\.cert: it cannot be looked at from here: .*no\.crt/),
    expect.stringMatching(/^error 12:42 certificates\.ca\.key: it cannot be looked at from here: .*no\.key/),
  ]);
});

it('only warns of what may be elsewhere, with the worker', async () => {
  expect(await told('{ cert: ca.crt, key: env:NO_SUCH_KEY }', { 'ca.crt': site.cert })).toEqual([
    expect.stringMatching(/^warning 12:42 certificates\.ca\.key: .*not set/),
  ]);
  vi.stubEnv('TEMPORAL_ADDRESS', 'temporal.example.org:7233');
  expect(await told('{ cert: ca.crt, key: file:ca.key }', {})).toEqual([
    expect.stringMatching(/^warning/),
    expect.stringMatching(/^warning/),
  ]);
});
