// npm run test:faults: installs in the lab while one thing is broken; on an engine and a lab of its own.
import { join } from 'node:path';
import { main, root, run, setUp } from './setup.mjs';

main(() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the fault runner breaks hosts of the lab, which needs root on Linux (Debian 12)');
  setUp();
  const env = { ...process.env, XDG_STATE_HOME: '/var/tmp/kha-faults' };
  delete env.TEMPORAL_ADDRESS;
  run(process.execPath, [join(root, 'dist/lab/faults/main.js'), ...process.argv.slice(2)], { env });
});
