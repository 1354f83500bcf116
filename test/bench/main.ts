import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRoot } from '../root.js';
import type { Bench, Extent } from './bench.js';
import { benches } from './benches.js';
import { section, write } from './document.js';

const file = inRoot('docs/performance.md');

/** `[NAME …] [--smallest] [--sizes 20,100] [--runs 3]`. A whole measurement is written to docs/performance.md, a part of one is shown. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { smallest: { type: 'boolean' }, sizes: { type: 'string' }, runs: { type: 'string' } },
});

const meant = positionals.length === 0 ? benches : positionals.map(named);
for (const bench of meant) {
  console.log(`· ${bench.title}`);
  const begun = Date.now();
  const extent = extentOf(bench);
  const result = await bench.measure(extent);
  console.log(section(bench, result, new Date()));
  console.log(`✓ ${bench.title} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`);
  if (extent !== bench.full) continue;
  write(file, bench, result);
  if (result.picture) writeFileSync(inRoot(`docs/${result.picture.file}`), result.picture.svg);
}

function named(name: string): Bench {
  const bench = benches.find((one) => one.name === name);
  if (!bench) throw new Error(`there is no bench ${name}, only ${benches.map((one) => one.name).join(', ')}`);
  return bench;
}

function extentOf({ full, smallest }: Bench): Extent {
  const usual = values.smallest ? smallest : full;
  if (values.sizes === undefined && values.runs === undefined) return usual;
  return {
    sizes: values.sizes?.split(',').map((size) => number('--sizes', size)) ?? usual.sizes,
    runs: values.runs === undefined ? usual.runs : number('--runs', values.runs),
  };
}

function number(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option} wants whole numbers, not ${text}`);
  return Number(text);
}
