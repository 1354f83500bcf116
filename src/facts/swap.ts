import type { Fact } from './fact.js';
import { lines } from './files.js';
import { present } from './sh.js';

/** Devices and files that swap goes to; none in a kernel without swap. */
export const swaps: Fact<string[]> = {
  command: `${present}if present /proc/swaps; then cat /proc/swaps; fi`,
  parse: ({ stdout }) =>
    lines(stdout)
      .slice(1)
      .map((line) => line.split(/\s+/)[0] ?? ''),
};

/** Services that make swap with programs of their own, of which systemd's swap units know nothing: Debian's and Ubuntu's. */
const makers = ['zramswap', 'zram-config', 'dphys-swapfile'].map((name) => `${name}.service`);

/**
 * systemd's units that switch swap on at a start: of /etc/fstab, of generators (zram-generator, partitions of that type), and
 * services that are enabled. A swap unit without a file stands for what somebody switched on by hand.
 */
export const swapUnits: Fact<string[]> = {
  command: `systemctl show -p Id -p LoadState -p FragmentPath -p UnitFileState '*.swap' ${makers.join(' ')}`,
  parse({ stdout }) {
    const units = stdout
      .split('\n\n')
      .filter((block) => block.trim() !== '')
      .map((block) => new Map(lines(block).map((line) => line.split(/=(.*)/s, 2) as [string, string])));
    const told = makers.filter((name) => units.some((unit) => unit.get('Id') === name));
    if (told.length < makers.length) throw new Error('systemd does not tell of every service that makes swap');
    const atStart = units.filter((unit) =>
      unit.get('Id')?.endsWith('.swap')
        ? unit.get('LoadState') === 'loaded' && unit.get('FragmentPath')
        : unit.get('UnitFileState') === 'enabled',
    );
    return atStart.map((unit) => unit.get('Id')!);
  },
};
