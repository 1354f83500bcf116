import type { Fact } from './fact.js';
import { lines } from './files.js';

/** What no two hosts may share, and what they may not differ in. */
export interface Identity {
  readonly machineId: string;
  readonly macs: readonly string[];
  /** Milliseconds since 1970 by the host's clock when the answer ended, and by ours when it came: apart by its way here. */
  readonly clock: number;
  readonly answeredAt: number;
}

/** Not from /sys, which in a container may be the machine's. Tunnels that wait for use have an address of zeros. */
const macAddresses =
  "ip -br link | sed -n '/^\\(lo\\|cali\\|vxlan\\|docker\\|kube\\)/d; /00:00:00:00:00:00/d; s/^[^ ]* *[^ ]* *\\([0-9a-f:]\\{17\\}\\).*/mac=\\1/p'";

const valuesOf = (key: string, stdout: string): string[] =>
  lines(stdout).flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

/** Hardware addresses of a host's interfaces. */
export const macs: Fact<string[]> = { command: macAddresses, parse: ({ stdout }) => valuesOf('mac', stdout) };

export const identity: Fact<Identity> = {
  timed: true,
  command: `echo "machine=$(cat /etc/machine-id)"; ${macAddresses}; echo "clock=$(date +%s%3N)"`,
  parse({ stdout }) {
    const [clock] = valuesOf('clock', stdout);
    if (clock === undefined) throw new Error('the host does not say what its clock shows');
    return {
      machineId: valuesOf('machine', stdout)[0] ?? '',
      macs: valuesOf('mac', stdout),
      clock: Number(clock),
      answeredAt: Date.now(),
    };
  },
};
