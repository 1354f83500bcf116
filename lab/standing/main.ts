import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/engine/run-program.js';
import type { Report } from '../../src/engine/report.js';
import { audit } from '../audit.js';
import { defaultSize, labDown, labUp } from '../index.js';
import { Standing } from './standing.js';

const program = fileURLToPath(new URL('../../../bin/kha.js', import.meta.url));
const name = 'standing';
const tell: Report = ({ what, state, seconds = 0 }) =>
  console.log(state === 'start' ? `· ${what}` : `✓ ${what} (${seconds.toFixed(1)} s)`);

/** Installs a lab's cluster through a standing server, and kills the worker that runs `kubeadm init`. */
async function main(): Promise<void> {
  const standing = new Standing();
  try {
    await standing.up(tell);
    console.log('✓ the standing server is well: PostgreSQL, 512 shards, TLS with client certificates');
    const spec = await labUp(name, defaultSize, tell);
    const kha = (...args: string[]): Promise<string> =>
      run(process.execPath, [program, ...args], { env: standing.client });
    const first = standing.worker('first', program);
    const begun = Date.now();
    const install = kha('install', spec);
    const running = async (): Promise<boolean> => {
      const { lines } = JSON.parse(await kha('status', name, '--output', 'json')) as {
        lines: { step: string; state: string }[];
      };
      return lines.some(({ step, state }) => step === 'initControlPlane' && state === 'running');
    };
    while (!(await running().catch(() => false))) await Promise.race([sleep(250), install]);
    standing.worker('second', program);
    first.kill('SIGKILL');
    console.log(`✓ killed the first worker during initControlPlane, ${seconds(begun)} s after the start`);
    console.log((await install).trimEnd().split('\n').slice(-3).join('\n'));
    const { problems, readyNodes } = await audit(name);
    if (problems.length > 0) throw new Error(`the audit found: ${problems.join('; ')}`);
    console.log(`✓ installed in ${seconds(begun)} s; Ready: ${readyNodes.join(', ')}; the audit found nothing`);
  } finally {
    await standing.down();
    await labDown(name, tell);
  }
}

const seconds = (since: number): string => ((Date.now() - since) / 1000).toFixed(1);

await main();
console.log('1 passed, 0 failed');
