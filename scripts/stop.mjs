// npm stop: takes the lab and the engine down; with --purge the caches too.
import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main, root, run, timed } from './setup.mjs';

main(() => {
  const kha = (...args) => run(process.execPath, [join(root, 'bin/kha.js'), ...args]);
  if (existsSync(join(root, 'dist/src/client/main.js')) && existsSync(join(root, 'node_modules'))) {
    kha('lab', 'down');
    kha('engine', 'stop');
  }
  if (!process.argv.includes('--purge')) return;
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kha');
  timed(`Removing ${cache}`, () => rmSync(cache, { recursive: true, force: true }));
  for (const folder of ['dist', 'node_modules']) rmSync(join(root, folder), { recursive: true, force: true });
});
