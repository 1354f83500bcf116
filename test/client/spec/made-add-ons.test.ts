import { expect, it } from 'vitest';
import { OtherThanWanted } from '../../../src/bundle/download.js';
import { DownloadFailed } from '../../../src/engine/https.js';
import { withMadeAddOns } from '../../../src/client/spec/made-add-ons.js';
import { SpecProblems } from '../../../src/client/spec/problem.js';
import { readSpec } from '../../../src/client/spec/read.js';
import type { MadeManifest } from '../../../src/cluster/add-ons.js';
import { Folder } from '../../bundle/samples.js';
import { good } from './wrong-specs.js';

const url = 'https://example.org/operator.yaml';
const digest = `sha256:${'a'.repeat(64)}`;
const addons = `addons:\n  - limits\n  - { name: operator, url: "${url}", digest: "${digest}" }\n`;

async function told(answer: () => Promise<string>, options = {}) {
  using folder = new Folder();
  const read = await readSpec(folder.file('cluster.yaml', good + addons));
  const asked: string[] = [];
  const make = (one: MadeManifest): Promise<string> => {
    asked.push('chart' in one ? one.chart : one.url);
    return answer();
  };
  const words = (all: readonly { line: number; column: number; path: string; message: string }[]): string[] =>
    all.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
  try {
    const { warnings } = await withMadeAddOns(read, options, make);
    return { asked, warnings: words(warnings.slice(read.warnings.length)), errors: [] };
  } catch (error) {
    if (!(error instanceof SpecProblems)) throw error;
    return { asked, warnings: [], errors: words(error.problems) };
  }
}

it('fetches what the spec names by URL, and nothing else', async () =>
  expect(await told(() => Promise.resolve('kind: List\n'))).toEqual({ asked: [url], warnings: [], errors: [] }));

it('refuses what is another than its digest says', async () =>
  expect((await told(() => Promise.reject(new OtherThanWanted('operator: it is another')))).errors).toEqual([
    '14:28 addons[1].url: operator: it is another',
  ]));

it('warns of what cannot be had from here, as hosts may have it', async () =>
  expect((await told(() => Promise.reject(new DownloadFailed('operator: nobody is there')))).warnings).toEqual([
    '14:28 addons[1].url: it cannot be had from here: operator: nobody is there',
  ]));

it('asks nobody where nothing is to be resolved', async () =>
  expect(await told(() => Promise.reject(new Error('asked')), { resolve: false })).toEqual({
    asked: [],
    warnings: [],
    errors: [],
  }));
