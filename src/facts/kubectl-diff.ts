import type { Fact } from './fact.js';
import { kubectl } from './kubectl.js';

/** What applying would change in the cluster, its first line; undefined when nothing (kubectl diff: exit codes 0 and 1). */
export const kubectlDiff = (...source: readonly string[]): Fact<string | undefined> => ({
  command: kubectl(['diff', '--server-side', '--force-conflicts', ...source]),
  parse({ code, stdout, stderr }) {
    if (code === 0) return undefined;
    const first = stdout.split('\n').find((line) => /^[+-][^+-]/.test(line));
    return first?.slice(0, 120) ?? stderr.trim().split('\n')[0] ?? `kubectl diff exited ${code}`;
  },
});
