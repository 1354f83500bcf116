import { etcdHosts } from '../../cluster/roles.js';
import { etcdctl, etcdStatus, hexadecimal, type EtcdStatus } from '../../facts/etcd.js';
import { existing, file } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import type { Asked, Host } from '../host.js';
import { Refusal } from '../refusal.js';
import type { ApplyContext, CheckContext, Step } from '../step.js';
import { writeFiles } from '../wanted-file.js';
import { changesOf, clientUrl, clientUrls, etcdManifest, foundingIn } from './manifest.js';
import { refuseMovedData } from './moved-data.js';
import { restartPaths, restartScript } from './restart-script.js';
import { manifestPath } from './standing.js';

export const reconfigureEtcd: Step = {
  name: 'reconfigureEtcd',
  does: 'Restart etcd members whose settings changed, one after another, the leader last, while all others are healthy',
  on: etcdHosts,
  pace: { atMost: 1 },
  retry: 'bootstrap',
  needs: ['etcd members'],
  async check(context) {
    const [, found] = await Promise.all([refuseMovedData(context), changes(context.cluster, context.host)]);
    return found;
  },
  async apply(context) {
    const { cluster, host } = context;
    const status = await host.read(etcdStatus(clientUrls(cluster)));
    // The leader's turn may come early: then the others go first, for each move of the leader is felt.
    if (leads(cluster, status, host))
      for (const { name } of etcdHosts(cluster)) {
        const other = await context.peer(name);
        if (name !== host.machine.name && (await changes(cluster, other)).length > 0) await restart(context, other);
      }
    await restart(context, host);
  },
};

async function changes(cluster: CheckContext['cluster'], host: Asked): Promise<string[]> {
  const [found, left] = await Promise.all([
    host.read(file(manifestPath)),
    host.read(existing(Object.values(restartPaths))),
  ]);
  const away = left.includes(restartPaths.apiServer)
    ? ['the API server was stopped to change etcd’s settings, and not started again']
    : [];
  if (found) return [...changesOf(found.content, etcdManifest(cluster, host.machine, manifestPath).content), ...away];
  return left.length > 0 ? ['etcd was stopped to change its settings, and not started again'] : [];
}

async function restart(context: ApplyContext, host: Host): Promise<void> {
  const found = await host.read(file(manifestPath));
  if (found) {
    const changed = etcdManifest(context.cluster, host.machine, restartPaths.changed, foundingIn(found.content));
    if (changesOf(found.content, changed.content).length > 0) {
      await refuseMovedData({ cluster: context.cluster, host });
      await standBack(context, host);
      await writeFiles(host, [changed]);
    } else await host.run(sh`rm -f ${restartPaths.changed}`);
  }
  await host.runUnit(restartScript(host.machine));
}

/** Makes sure that no other member is out, and that this one does not lead. */
async function standBack({ cluster, peer }: ApplyContext, host: Host): Promise<void> {
  for (const { name } of etcdHosts(cluster))
    if ((await (await peer(name)).read(existing([manifestPath]))).length === 0)
      throw new Refusal(
        `etcd on ${name} is being restarted, or was taken out: its manifest is not in its place`,
        'put it back, then answer retry',
      );
  const status = await host.read(etcdStatus(clientUrls(cluster)));
  const heir = status.find(({ endpoint }) => endpoint !== clientUrl(cluster, host.machine));
  if (leads(cluster, status, host) && heir)
    await host.run(sh`${etcdctl.split(' ')} move-leader ${hexadecimal(heir.memberId)}`);
}

const leads = (cluster: CheckContext['cluster'], status: readonly EtcdStatus[], { machine }: Asked): boolean =>
  status.some(({ endpoint, memberId, leader }) => endpoint === clientUrl(cluster, machine) && memberId === leader);
