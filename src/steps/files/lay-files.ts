import type { Cluster, Machine } from '../../cluster/cluster.js';
import { controlPlanes, nodes } from '../../cluster/roles.js';
import { file, namesIn, owners } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { patchesFor, patchFolder } from '../control-plane/kubeadm-documents.js';
import { hasCompleted } from '../control-plane/take-over.js';
import { Refusal } from '../refusal.js';
import type { CheckContext, Step } from '../step.js';
import { missingFiles, writeFiles, type WantedFile } from '../wanted-file.js';

interface LaidFile extends WantedFile {
  /** `root:root`; `nobody:` where it may be any group, which is the user’s own when kha lays it. */
  readonly owner: string;
}

export const layFiles: Step = {
  name: 'layFiles',
  does: 'Lay the spec’s files and kubeadm’s patches on the hosts that become nodes, before kubeadm reads them',
  on: (cluster) =>
    nodes(cluster).filter((machine) => hasPatches(cluster, machine) || filesFor(cluster, machine).length > 0),
  pace: 'all at once',
  retry: 'edit',
  async check(context) {
    const { host } = context;
    const wanted = await laid(context);
    const [missing, found, stray] = await Promise.all([
      missingFiles(host, wanted),
      host.read(owners(wanted.map(({ path }) => path))),
      strayPatches(context),
    ]);
    for (const { path, owner } of wanted) {
      const there = found.get(path);
      if (there !== undefined && !`${there}:`.startsWith(owner.endsWith(':') ? owner : `${owner}:`))
        missing.push(`${path} belongs to ${there}, not to ${owner.replace(/:$/, '')}`);
    }
    await refuseOtherContent(context, wanted);
    return [...missing, ...stray.map((name) => `${patchFolder}/${name} is no patch of the spec`)];
  },
  async apply(context) {
    const { cluster, host } = context;
    const wanted = await laid(context);
    if (hasPatches(cluster, host.machine)) await host.run(sh`install -d -m 0700 ${patchFolder}`);
    await writeFiles(host, wanted);
    for (const { path, owner } of wanted) await host.run(sh`chown ${owner} ${path}`);
    // kubeadm applies whatever lies there.
    for (const name of await strayPatches(context)) await host.run(sh`rm -f ${`${patchFolder}/${name}`}`);
  },
};

const hasPatches = (cluster: Cluster, machine: Machine): boolean =>
  Object.keys(patchesFor(cluster, machine)).length > 0;

const filesFor = (cluster: Cluster, machine: Machine): Cluster['files'] =>
  cluster.files.filter(({ on }) => on === 'nodes' || controlPlanes(cluster).includes(machine));

/** What is to lie there. The content of `from` is read where the worker runs, and treated as a secret. */
async function laid({ cluster, host, secret }: CheckContext): Promise<LaidFile[]> {
  const files = filesFor(cluster, host.machine).map(
    async ({ path, from, content, mode, owner }): Promise<LaidFile> => ({
      path,
      content: from === undefined ? (content ?? '') : `${await secret(`file:${from}`)}\n`,
      mode: mode.replace(/^0(?=...)/, ''),
      // Debian’s nobody has the group nogroup.
      owner: owner.includes(':') ? owner : `${owner}:`,
      secret: from !== undefined,
    }),
  );
  const patches = Object.entries(patchesFor(cluster, host.machine)).map(([name, patch]): LaidFile => ({
    path: `${patchFolder}/${name}`,
    content: `${JSON.stringify(patch, null, 2)}\n`,
    mode: '600',
    owner: 'root:root',
  }));
  return [...(await Promise.all(files)), ...patches];
}

async function strayPatches({ cluster, host }: CheckContext): Promise<string[]> {
  const wanted = patchesFor(cluster, host.machine);
  if (Object.keys(wanted).length === 0) return [];
  return (await host.read(namesIn(patchFolder))).filter((name) => !Object.hasOwn(wanted, name));
}

/**
 * Throws Refusal where a node that stands has a file with another content: its API server would read the new one at some
 * later start by itself, and with another encryption configuration it may then not read its own Secrets any more.
 */
async function refuseOtherContent({ cluster, host }: CheckContext, wanted: readonly LaidFile[]): Promise<void> {
  const role = controlPlanes(cluster).includes(host.machine) ? 'control-plane' : 'worker';
  if (!(await hasCompleted(host, role))) return;
  const found = await Promise.all(wanted.map(({ path, secret = false }) => host.read(file(path, { secret }))));
  const other = wanted.filter(({ content }, index) => found[index] && found[index].content !== content);
  if (other.length > 0)
    throw new Refusal(
      `${host.machine.name} stands with another content of ${other.map(({ path }) => path).join(', ')}`,
      'put the old content back, then answer retry; to change it takes kha apply, which will restart what reads it, one host after another (not built yet)',
    );
}
