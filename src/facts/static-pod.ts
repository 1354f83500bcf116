import type { Fact } from './fact.js';
import { sh } from './sh.js';

/** Where the kubelet keeps what containers print: `NAMESPACE_POD_UID/CONTAINER/RESTARTS.log` (kubernetes.io, Logging Architecture). */
const logs = '/var/log/pods';

/**
 * What a static pod of kube-system cannot do, in the kubelet’s and in its own last words, of the last minutes; at most 300
 * characters each. Nothing where both are silent.
 */
export const staticPodTrouble = (name: string, folder = logs): Fact<string[]> => ({
  // A grep that finds nothing exits 1: silence is an answer here.
  command:
    sh`journalctl -u kubelet -o cat --no-pager --since -5min | grep -aF ${`"kube-system/${name}-`} | grep -aF ${'"Error syncing pod'} | tail -n 1; ` +
    sh`echo ---; log=$(ls -t ${folder}/kube-system_${name}-*/${name}/*.log 2>/dev/null | head -n 1); ` +
    '[ -z "$log" ] || tail -n 1 "$log"',
  parse({ stdout }) {
    const [kubelet = '', own = ''] = stdout.split('---\n').map((part) => part.trim());
    // klog quotes as Go does, and a container's line begins with time, stream and a flag (KEP-1753; CRI logging format).
    const quoted = /\berr="((?:[^"\\]|\\.)*)"/.exec(kubelet)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
    const line = own.replace(/^\S+ std(?:out|err) [FP] /, '');
    return [
      ...(quoted ? [`the kubelet says: ${quoted.slice(0, 300)}`] : []),
      ...(line ? [`${name} says last: ${line.slice(0, 300)}`] : []),
    ];
  },
});
