// npm start: sets up what is missing, boots the lab and installs a real HA cluster on it.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { main, root, run, setUp } from './setup.mjs';

const kha = (...args) => run(process.execPath, [join(root, 'bin/kha.js'), ...args]);

main(() => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'The lab needs root on Linux (Debian 12) for its network namespaces and systemd-nspawn hosts; to use hosts of your own, run `npm ci && npm run build`, `npx kha init cluster.yaml`, and `npx kha install cluster.yaml`.',
    );
  }
  setUp();
  kha('lab', 'up');
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local/state');
  const spec = join(state, 'kha/lab/lab/cluster.yaml');
  if (!existsSync(spec)) throw new Error(`the lab is up but wrote no spec at ${spec}`);
  kha('install', spec);
  kha('lab', 'kubectl', 'get', 'nodes', '-o', 'wide');
  kha('ui', 'lab');
  console.log(
    '\nTry next:\n  npx kha lab kubectl get pods -A\n  npx kha status lab\n  npx kha lab kill m1 && npx kha lab kubectl get nodes\n\nnpm stop takes it all down again.',
  );
});
