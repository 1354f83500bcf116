import { etcdHosts } from '../../cluster/roles.js';
import { etcdctl, etcdStatus, hexadecimal, type EtcdStatus } from '../../facts/etcd.js';
import { existing, file } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import type { Asked, Host } from '../host.js';
import { Refusal } from '../refusal.js';
import type { ApplyContext, CheckContext, Step } from '../step.js';
import { writeFiles } from '../wanted-file.js';
import { changesOf, clientUrl, etcdManifest, foundingIn } from './manifest.js';
import { manifestPath } from './standing.js';

const changedPath = '/etc/kubernetes/kha/etcd-changed.yaml';
const formerPath = '/etc/kubernetes/kha/etcd-former.yaml';

export const reconfigureEtcd: Step = {
  name: 'reconfigureEtcd',
  does: 'Restart etcd members whose settings changed, one after another, the leader last, while all others are healthy',
  on: etcdHosts,
  pace: { atMost: 1 },
  retry: 'bootstrap',
  needs: ['etcd members'],
  check: async ({ cluster, host }) => changes(cluster, host),
  async apply(context) {
    const { cluster, host } = context;
    const status = await host.read(etcdStatus(etcdHosts(cluster).map(clientUrl)));
    // The leader's turn may come early: then the others go first, for each move of the leader is felt.
    if (leads(status, host))
      for (const { name } of etcdHosts(cluster)) {
        const other = await context.peer(name);
        if (name !== host.machine.name && (await changes(cluster, other)).length > 0) await restart(context, other);
      }
    await restart(context, host);
  },
};

async function changes(cluster: CheckContext['cluster'], host: Asked): Promise<string[]> {
  const found = await host.read(file(manifestPath));
  if (found) return changesOf(found.content, etcdManifest(cluster, host.machine, manifestPath).content);
  return (await cutShort(host)) ? ['etcd was stopped to change its settings, and not started again'] : [];
}

const cutShort = async (host: Asked): Promise<boolean> => (await host.read(existing([changedPath]))).length > 0;

async function restart({ cluster, peer }: ApplyContext, host: Host): Promise<void> {
  const found = await host.read(file(manifestPath));
  if (found) {
    for (const { name } of etcdHosts(cluster))
      if ((await (await peer(name)).read(existing([manifestPath]))).length === 0)
        throw new Refusal(
          `etcd on ${name} is being restarted, or was taken out: its manifest is not in its place`,
          'put it back, then answer retry',
        );
    const status = await host.read(etcdStatus(etcdHosts(cluster).map(clientUrl)));
    const heir = status.find(({ endpoint }) => endpoint !== clientUrl(host.machine));
    if (leads(status, host) && heir)
      await host.run(sh`${etcdctl.split(' ')} move-leader ${hexadecimal(heir.memberId)}`);
    await writeFiles(host, [etcdManifest(cluster, host.machine, changedPath, foundingIn(found.content))]);
  }
  await host.runUnit(restartScript);
}

const leads = (status: readonly EtcdStatus[], { machine }: Asked): boolean =>
  status.some(({ endpoint, memberId, leader }) => endpoint === clientUrl(machine) && memberId === leader);

/** Every member of the live list, voters and learners, answers a read that needs a quorum. */
const allHealthy = `${etcdctl} endpoint health --cluster >/dev/null 2>&1`;

/**
 * The old manifest is taken away until etcd is gone, so that nobody takes the member that is about to stop for one that
 * runs; whatever fails, a manifest is back in its place.
 */
const restartScript = [
  'set -eu',
  `healthy() { for try in $(seq "$1"); do if ${allHealthy}; then return 0; fi; sleep 1; done; return 1; }`,
  `etcd_gone() { for try in $(seq 120); do if [ -z "$(ss -Hltn 'sport = :2379 or sport = :2380')" ]; then return 0; fi; sleep 0.5; done; return 1; }`,
  `if [ -e ${manifestPath} ]; then`,
  `  healthy 60 || { echo 'error: not every etcd member is healthy, so none is restarted' >&2; exit 1; }`,
  `  mv -f ${manifestPath} ${formerPath}`,
  'fi',
  `etcd_gone || { mv -f ${formerPath} ${manifestPath}; echo 'error: etcd did not stop within a minute; its manifest is as it was' >&2; exit 1; }`,
  `mv -f ${changedPath} ${manifestPath}; sync ${manifestPath}`,
  `healthy 180 || { echo 'error: etcd is not healthy with its changed manifest; the former one is ${formerPath}' >&2; exit 1; }`,
].join('\n');
