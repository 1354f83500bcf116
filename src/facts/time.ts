import type { Fact } from './fact.js';

export interface TimeService {
  /** The unit that keeps the clock; undefined when none is installed. */
  readonly service: string | undefined;
  readonly active: boolean;
  readonly container: boolean;
}

export const timeService: Fact<TimeService> = {
  command:
    'for unit in chrony.service chronyd.service systemd-timesyncd.service ntpsec.service ntp.service; do ' +
    'if systemctl cat "$unit" >/dev/null 2>&1; then echo "$unit $(systemctl is-active "$unit")"; fi; done; ' +
    'if systemd-detect-virt -cq; then echo container; fi',
  parse({ stdout }) {
    const units = [...stdout.matchAll(/^(\S+\.service) (\S+)$/gm)];
    const running = units.find(([, , state]) => state === 'active');
    return {
      service: (running ?? units[0])?.[1],
      active: running !== undefined,
      container: /^container$/m.test(stdout),
    };
  },
};
