import type { Fact } from './fact.js';
import { kubectl } from './kubectl.js';

/** What a Deployment or DaemonSet still waits for, in words; nothing when all of its pods are new and ready. */
export const rolledOut = (namespace: string, workload: string): Fact<string[]> => ({
  command: kubectl(['-n', namespace, 'rollout', 'status', workload, '--watch=false']),
  parse({ code, stdout, stderr }) {
    if (code !== 0) return [`${workload}: ${stderr.trim().split('\n')[0] ?? `exit code ${code}`}`];
    return /successfully rolled out/.test(stdout)
      ? []
      : [`${workload}: ${stdout.trim().split('\n')[0] ?? 'not rolled out'}`];
  },
});
