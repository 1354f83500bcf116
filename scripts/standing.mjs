// npm run test:standing: docker-compose.yml's server, jobs and settings without Docker, and an install through them.
import { join } from 'node:path';
import { main, root, run, setUp } from './setup.mjs';

main(() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the standing server is tried with hosts of the lab, which needs root on Linux (Debian 12)');
  setUp();
  const env = { ...process.env, XDG_STATE_HOME: '/var/tmp/kha-standing' };
  for (const name of Object.keys(env)) if (name.startsWith('TEMPORAL_')) delete env[name];
  run(process.execPath, [join(root, 'dist/lab/standing/main.js')], { env });
});
