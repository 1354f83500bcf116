import { etcdHosts } from '../../cluster/roles.js';
import { usualDataDir } from '../../cluster/usual-folders.js';
import { existing, file } from '../../facts/files.js';
import { certificateConfiguration, configurationIn } from '../control-plane/kubeadm-documents.js';
import { Refusal } from '../refusal.js';
import type { CheckContext } from '../step.js';
import { dataDirIn } from './manifest.js';
import { manifestPath } from './standing.js';

/**
 * Whether this host's member has its data elsewhere than the spec says, in words: by its manifest, or, where that was taken
 * out, by what kubeadm was told when the data were made. In the new folder a member would start empty, under the name of
 * one that voted.
 */
export async function movedData({ cluster, host }: Pick<CheckContext, 'cluster' | 'host'>): Promise<string[]> {
  if (!etcdHosts(cluster).includes(host.machine)) return [];
  const { dataDir } = cluster.etcd;
  const [manifest, document] = await Promise.all([
    host.read(file(manifestPath)),
    host.read(file(certificateConfiguration)),
  ]);
  const named = manifest && dataDirIn(manifest.content);
  if (named !== undefined && named !== dataDir) return [elsewhere(named, dataDir, manifestPath)];
  const begun = document && configurationIn(document.content);
  const former = begun?.etcd.local && (begun.etcd.local.dataDir ?? usualDataDir);
  if (former === undefined || former === dataDir) return [];
  const found = await host.read(existing([`${former}/member`]));
  return found.map((path) => elsewhere(former, dataDir, path));
}

const elsewhere = (found: string, wanted: string, by: string): string =>
  `etcd’s data lie in ${found} (${by}), and etcd.dataDir is ${wanted}, where a member would start empty: the field keeps its value, ${found}`;

/** Throws Refusal where `movedData` finds any: nothing may be started or rewritten there. */
export async function refuseMovedData(context: Pick<CheckContext, 'cluster' | 'host'>): Promise<void> {
  const [words] = await movedData(context);
  if (words !== undefined)
    throw new Refusal(
      words,
      'nothing was changed: answer abort, put the old value back into the spec and install again',
    );
}
