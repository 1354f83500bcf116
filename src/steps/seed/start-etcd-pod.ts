import { etcdHosts } from '../../cluster/roles.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { refuseMovedData } from '../etcd/moved-data.js';
import { manifestPath, standingOf } from '../etcd/standing.js';
import { again, moveIntoPlace, refuseUnlaid } from '../etcd/start-etcd.js';
import type { Step } from '../step.js';
import { writeFiles } from '../wanted-file.js';
import { etcdPod } from './etcd-pod.js';

/** Seed, line 134: the kubelet runs already, and starts what lies in its folder. */
export const startEtcdPod: Step = {
  name: 'startEtcdPod',
  does: 'Lay the etcd member’s manifest where the kubelet starts it, for the first time or again',
  on: etcdHosts,
  pace: 'all at once',
  retry: 'edit',
  needs: ['certificate authorities', 'certificates', 'images', 'founding members'],
  gives: 'etcd members',
  async check(context) {
    const found = await context.host.read(existing([manifestPath]));
    return found.length > 0 ? [] : [`${manifestPath} is not there`];
  },
  async apply(context) {
    const { cluster, host } = context;
    const standing = await standingOf(context);
    refuseUnlaid(host.machine, standing);
    await refuseMovedData(context);
    await host.run(sh`mkdir -p -m 0700 ${cluster.etcd.dataDir}`);
    if (standing === 'founder') await host.run(moveIntoPlace);
    else await writeFiles(host, [etcdPod(cluster, host.machine, manifestPath, again(cluster))]);
  },
};
