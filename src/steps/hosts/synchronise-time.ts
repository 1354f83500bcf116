import { allHosts } from '../../cluster/roles.js';
import { timeService } from '../../facts/time.js';
import { sh } from '../../facts/sh.js';
import type { Step } from '../step.js';

export const synchroniseTime: Step = {
  name: 'synchroniseTime',
  does: 'Keep the clock right with the time service that the system has',
  on: allHosts,
  pace: 'all at once',
  retry: 'edit',
  async check({ host, warn }) {
    const { service, active, container } = await host.read(timeService);
    // A container has the clock of the machine under it and may not set it.
    if (container || active) return [];
    if (service) return [`${service} is not running`];
    warn('no time service is installed (chrony, systemd-timesyncd, ntpsec): the clock will drift');
    return [];
  },
  async apply({ host }) {
    const { service } = await host.read(timeService);
    if (service) await host.run(sh`systemctl enable -q --now ${service}`);
  },
};
