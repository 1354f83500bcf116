import type { Fact } from './fact.js';
import { asked, noControlPlane, onlyNotFound } from './kubectl.js';

/** What a Deployment or DaemonSet still waits for, in words; nothing when all of its pods are new and ready. */
export const rolledOut = (namespace: string, workload: string): Fact<string[]> => ({
  ...asked(['-n', namespace, 'rollout', 'status', workload, '--watch=false']),
  codes: [0, 1, noControlPlane],
  parse(output) {
    const { code, stdout, stderr } = output;
    if (code === noControlPlane) return [`${workload}: there is no control plane yet`];
    // kubectl tells a rollout that is stuck as an error too.
    // Its pods are replaced when somebody deletes them, and nothing is to be waited for.
    if (/rollout status is only available for RollingUpdate strategy type/.test(stderr)) return [];
    const stuck = /^error: (.*exceeded its progress deadline)/m.exec(stderr)?.[1];
    if (code === 1 && stuck === undefined) onlyNotFound(output);
    if (code === 1) return [`${workload}: ${stuck ?? stderr.trim().split('\n')[0]}`];
    return /successfully rolled out/.test(stdout)
      ? []
      : [`${workload}: ${stdout.trim().split('\n')[0] ?? 'not rolled out'}`];
  },
});
