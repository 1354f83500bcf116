import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present, sh } from './sh.js';

/** What SELinux knows and enforces on a host that has it switched on. */
export interface Selinux {
  /** Whether its policy has labels for container runtimes, which come with container-selinux. */
  readonly knowsContainers: boolean;
  /** Paths that are there with another label than the policy’s, in restorecon’s words. */
  readonly mislabelled: readonly string[];
  /** Paths that are not there. */
  readonly absent: readonly string[];
  /** Those of the booleans that are off; one that the policy does not have counts for nothing. */
  readonly off: readonly string[];
}

/**
 * Undefined where the kernel has SELinux switched off. matchpathcon(8) tells the policy’s label, restorecon(8) with -nv what
 * it would change; getsebool(8) fails for a boolean that the policy does not have, and says so.
 */
export const selinux = (paths: readonly string[], booleans: readonly string[]): Fact<Selinux | undefined> => ({
  command:
    `${present}export LC_ALL=C; if ! present /sys/fs/selinux/enforce; then echo off; exit 0; fi; ` +
    'label=$(matchpathcon -n /usr/bin/containerd) || exit; echo "label $label"; ' +
    sh`for path in ${paths}; do if present "$path"; then said=$(restorecon -nv "$path" 2>&1) || { echo "$said" >&2; exit 69; }; if [ -n "$said" ]; then echo "wrong $said"; fi; else echo "absent $path"; fi; done; ` +
    sh`for name in ${booleans}; do said=$(getsebool "$name" 2>&1) || case $said in *"No such file or directory"*) continue;; *) echo "$said" >&2; exit 69;; esac; echo "boolean $said"; done`,
  parse({ stdout }) {
    if (stdout === 'off\n') return undefined;
    const of = (kind: string): string[] =>
      lines(stdout).flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
    const [label] = of('label');
    if (label === undefined) throw new Error('SELinux does not tell of its policy');
    return {
      knowsContainers: label.includes(':container_runtime_exec_t:'),
      mislabelled: of('wrong'),
      absent: of('absent'),
      off: of('boolean').flatMap((said) => /^(\S+) --> off$/.exec(said)?.slice(1) ?? []),
    };
  },
});
