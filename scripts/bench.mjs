// npm run bench [-- NAME …] [--smallest] [--sizes 20,100] [--runs 3]: measures, and writes docs/performance.md.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run, setUpBench, timed } from './setup.mjs';

main(() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('the benches start sshd on addresses of their own, which needs root on Linux (Debian 12)');
  setUpBench();
  const needed = { 'openssh-server': '/usr/sbin/sshd', 'openssh-client': '/usr/bin/ssh-keygen' };
  if (Object.values(needed).some((path) => !existsSync(path)))
    timed('Installing sshd', () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
      run('apt-get', ['update', '-qq'], quiet);
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...Object.keys(needed)], quiet);
    });
  const env = { ...process.env };
  delete env.TEMPORAL_ADDRESS;
  run(
    process.execPath,
    ['--enable-source-maps', join(root, 'dist/bench/test/bench/main.js'), ...process.argv.slice(2)],
    {
      env,
    },
  );
});
