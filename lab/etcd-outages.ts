/** From the end of an etcd container to the start of the next one on the same host; milliseconds since 1970. */
export interface Outage {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/** What containerd's journal says about etcd's containers; a host that never had one says nothing, which grep calls exit code 1. */
export const etcdJournal =
  "journalctl -o cat -u containerd --no-pager | grep -E 'for name:.{1,2}etcd[^-].*returns container id|StartContainer for .* returns successfully|container exit event' || test $? -eq 1";

/** The outages of one member, as its host's containerd tells them. A power cut leaves no end, and so no outage. */
export function outagesOn(host: string, journal: string): Outage[] {
  const etcd = new Set<string>();
  const outages: Outage[] = [];
  let ended: number | undefined;
  for (const line of journal.split('\n')) {
    const at = Date.parse(/time="([^"]+)"/.exec(line)?.[1] ?? '');
    const id = /\b([0-9a-f]{64})\b/g;
    const ids = [...line.matchAll(id)].map(([found]) => found);
    const container = ids.at(line.includes('returns container id') ? -1 : 0) ?? '';
    if (line.includes('returns container id')) etcd.add(container);
    else if (!etcd.has(container)) continue;
    else if (line.includes('exit event')) ended = at;
    else {
      if (ended !== undefined) outages.push({ host, from: ended, to: at });
      ended = undefined;
    }
  }
  if (ended !== undefined) outages.push({ host, from: ended, to: Number.POSITIVE_INFINITY });
  return outages;
}

/** Two members that were away at once, in words. */
export function together(outages: readonly Outage[]): string[] {
  return outages.flatMap((one, index) =>
    outages
      .slice(index + 1)
      .filter((other) => other.host !== one.host && other.from < one.to && one.from < other.to)
      .map(
        (other) =>
          `etcd was away on ${one.host} and on ${other.host} at once, at ${new Date(Math.max(one.from, other.from)).toISOString()}`,
      ),
  );
}
