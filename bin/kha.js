#!/usr/bin/env node
import { existsSync } from 'node:fs';

const compiled = new URL('../dist/src/client/main.js', import.meta.url);
if (existsSync(compiled)) {
  const { main } = await import(compiled.href);
  await main(process.argv);
} else {
  console.error('kha is not compiled yet: run npm ci && npm run build (npm start does it all)');
  process.exitCode = 1;
}
