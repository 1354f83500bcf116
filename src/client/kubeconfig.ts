import { chmod, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { UsageError } from './explain.js';

/** The parts of a kubeconfig that kha writes (kubernetes.io, kubeconfig v1). */
interface Entry {
  readonly name: string;
  readonly cluster?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

const empty = 'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n';

/**
 * A kubeconfig with kubeadm's admin.conf in it, under names of the cluster's own: kubeadm calls every user
 * kubernetes-admin. What stands there is kept, comments too; the current context is set only where none was. Throws
 * UsageError when `before` is no kubeconfig, or knows another cluster by this name.
 */
export function withCluster(before: string | undefined, admin: string, cluster: string, file: string): string {
  const document = parseDocument(before?.trim() ? before : empty);
  if (document.errors.length > 0 || !isMap(document.contents) || document.get('kind') !== 'Config')
    throw new UsageError(`${file} is there and is no kubeconfig: it is left as it is; name another --output-file`);
  const { clusters, users } = parseDocument(admin).toJS() as { clusters?: Entry[]; users?: Entry[] };
  const [theCluster, theUser] = [clusters?.[0]?.cluster, users?.[0]?.user];
  if (!theCluster || !theUser)
    throw new Error(`the kubeconfig of ${cluster} that the host gave names no cluster or user`);
  const names = { cluster, user: `${cluster}-admin` };
  const own: Record<'clusters' | 'users' | 'contexts', Entry> = {
    clusters: { name: names.cluster, cluster: theCluster },
    users: { name: names.user, user: theUser },
    contexts: { name: cluster, context: names },
  };
  const known = entry(document, 'clusters', cluster)?.cluster;
  const other = known && Object.entries(theCluster).find(([field, value]) => known[field] !== value);
  if (other)
    throw new UsageError(
      `${file} knows another cluster by the name ${cluster} (its ${other[0]} differs): it is left as it is\n` +
        `Next: take that one out (kubectl config --kubeconfig ${file} delete-cluster ${cluster}), or name another --output-file`,
    );
  for (const [list, one] of Object.entries(own)) put(document, list, one);
  if (!document.get('current-context')) document.set('current-context', cluster);
  return document.toString({ lineWidth: 0 });
}

function entry(document: Document, list: string, name: string): Entry | undefined {
  const found = document.toJS() as Record<string, Entry[] | null | undefined>;
  return found[list]?.find((one) => one.name === name);
}

function put(document: Document, list: string, one: Entry): void {
  if (!isSeq(document.get(list))) document.set(list, document.createNode([]));
  const found = document.toJS() as Record<string, Entry[]>;
  const index = found[list]!.findIndex(({ name }) => name === one.name);
  const node = document.createNode(one);
  if (index >= 0) document.setIn([list, index], node);
  else document.addIn([list], node);
  const items = document.get(list);
  if (isSeq(items)) items.flow = false;
}

/** Puts the cluster into the file, whole or not at all and readable by its owner only; locked as kubectl locks it. */
export async function writeKubeconfig(path: string, admin: string, cluster: string): Promise<void> {
  const file = await realpath(path).catch((error: unknown) => absent(error, path));
  const lock = `${file}.lock`;
  const held = await open(lock, 'wx', 0o600).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new UsageError(`${lock} is there: kubectl or another kha writes ${file} right now; try again, or remove it`);
  });
  try {
    const before = await readFile(file, 'utf8').catch((error: unknown) => absent(error, undefined));
    const fresh = `${file}.new`;
    await rm(fresh, { force: true });
    const output = await open(fresh, 'wx', 0o600);
    try {
      await output.writeFile(withCluster(before, admin, cluster, path));
      await output.sync();
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    } finally {
      await output.close();
    }
    await chmod(fresh, 0o600);
    await rename(fresh, file);
  } finally {
    await held.close();
    await rm(lock, { force: true });
  }
}

function absent<T>(error: unknown, instead: T): T {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
  throw error;
}
