import { etcdHosts } from '../../cluster/roles.js';
import { etcdMembers, etcdStatus } from '../../facts/etcd.js';
import { etcdEndpoints } from '../control-plane/kubeadm-documents.js';
import type { Step } from '../step.js';

export const checkEtcd: Step = {
  name: 'checkEtcd',
  does: 'Wait until every etcd member answers this one and all know one leader',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'wait',
  needs: ['etcd members'],
  gives: 'healthy etcd',
  async check({ cluster, host }) {
    const endpoints = etcdEndpoints(cluster);
    const [status, members] = await Promise.all([
      host.read(etcdStatus(endpoints)),
      host.read(etcdMembers(`https://${host.machine.address}:2379`)),
    ]);
    const missing = endpoints
      .filter((endpoint) => !status.some((one) => one.endpoint === endpoint))
      .map((endpoint) => `${endpoint} does not answer`);
    if (missing.length > 0) return missing;
    const leaders = new Set(status.map(({ leader }) => leader));
    if (leaders.has('0') || leaders.size !== 1) missing.push('the members have no common leader');
    const names = etcdHosts(cluster).map(({ name }) => name);
    for (const name of names) if (!members?.includes(name)) missing.push(`${name} is not in the member list`);
    for (const name of members ?? [])
      if (!names.includes(name))
        missing.push(`the member list has ${name || 'a member that never started'}, which the spec does not name`);
    return missing;
  },
};
