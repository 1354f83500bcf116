import { allHosts } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import type { Step } from '../step.js';

const configuration = '/etc/selinux/config';
const enforcing = '/sys/fs/selinux/enforce';

export const disableSelinux: Step = {
  name: 'disableSelinux',
  does: 'Set SELinux to permissive, now and after a restart',
  on: (cluster) => (cluster.selinux === 'permissive' ? allHosts(cluster) : []),
  pace: 'all at once',
  retry: 'edit',
  async check({ host }) {
    const [now, later] = await Promise.all([host.read(file(enforcing)), host.read(file(configuration))]);
    const missing: string[] = [];
    if (now?.content.trim() === '1') missing.push('SELinux enforces');
    if (later && /^SELINUX=enforcing/m.test(later.content)) missing.push(`${configuration} says enforcing`);
    return missing;
  },
  async apply({ host }) {
    await host.run('if command -v setenforce >/dev/null; then setenforce 0; fi');
    const later = await host.read(file(configuration));
    if (later) await host.write(configuration, later.content.replace(/^SELINUX=enforcing/m, 'SELINUX=permissive'));
  },
};
