import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The kubelet and docker ask runc to lower processes' oom_score_adj, and docker 20.10 for every capability there is; without
 * CAP_SYS_RESOURCE runc ends at both.
 */
export const withoutResource = String.raw`#!/bin/sh
previous=
for argument; do
  case $previous in
    --bundle | -b) sed -i 's/"oomScoreAdj":-[0-9]*/"oomScoreAdj":0/; s/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$argument/config.json" ;;
  esac
  previous=$argument
done
exec /usr/sbin/runc "$@"
`;

/** The disks of all hosts are one disk: a kubelet must not evict pods because another host filled it. */
const evictLate = `[Service]
Environment="KUBELET_EXTRA_ARGS=--eviction-hard=memory.available<50Mi --image-gc-high-threshold=100"
`;

/** Makes docker and a kubelet of v1.9 run on a lab host, as they would on a machine of their own. */
export async function furnishForSeed(root: string): Promise<void> {
  const dropIns = join(root, 'etc/systemd/system/kubelet.service.d');
  await mkdir(dropIns, { recursive: true });
  await writeFile(join(dropIns, '20-lab.conf'), evictLate);
  if (await hasResource()) return;
  // Before the package's own in everybody's PATH.
  const runc = join(root, 'usr/local/sbin/runc');
  await writeFile(runc, withoutResource);
  await chmod(runc, 0o755);
}

/** Whether processes of this machine may have CAP_SYS_RESOURCE, the 25th of capabilities(7). */
async function hasResource(): Promise<boolean> {
  const [, bounds = '0'] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${bounds}`) >> 24n) & 1n) === 1n;
}
