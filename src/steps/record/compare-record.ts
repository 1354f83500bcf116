import { beyond } from '../../cluster/beyond.js';
import { compare } from '../../cluster/compare.js';
import { pathText, type Difference } from '../../cluster/difference.js';
import type { Cluster } from '../../cluster/cluster.js';
import type { ClusterRecord } from '../../cluster/parse-record.js';
import { controlPlanes } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import type { Asked } from '../host.js';
import type { CheckContext, Records, Step } from '../step.js';
import { recordPath } from './record-files.js';

/** The client compares before it begins; this is for whoever starts the workflow without it. */
export const compareRecord: Step = {
  name: 'compareRecord',
  does: 'Compare the spec with what was applied to this cluster before',
  on: controlPlanes,
  forCluster: true,
  pace: 'all at once',
  retry: 'inspect',
  async check(context) {
    const { cluster, host, records, subject, warn } = context;
    const text = await recordOn(host);
    if (text === undefined) return subject ? missingRecord(context) : [];
    const found = records.parse(text);
    if ('unreadable' in found) return [`${recordPath} ${found.unreadable}; where nobody needs it, move it away`];
    const { record } = found;
    const differences = subject ? beyond(record.spec, cluster, subject) : compare(record.spec, cluster);
    const refused = differences.filter(({ severity }) => severity === 'error');
    for (const one of differences.filter(({ severity }) => severity === 'warning')) warn(words(one));
    if (refused.length === 0) return [];
    const newer = await newerOn(context, record);
    if (!newer) return refused.map(words);
    warn(`${recordPath} is of ${record.at}; ${newer} has a newer one, which counts`);
    return [];
  },
};

/** Some hosts are added to what was applied before, which somebody has to know. */
async function missingRecord(context: CheckContext): Promise<string[]> {
  const elsewhere = await newerOn(context);
  if (elsewhere === undefined)
    return [`${recordPath} is not there, on no control plane: to make the cluster takes kha install without --only`];
  context.warn(`${recordPath} is not there; that of ${elsewhere} counts`);
  return [];
}

const recordOn = async (host: Asked): Promise<string | undefined> => (await host.read(file(recordPath)))?.content;

const words = ({ path, message, expected }: Difference): string =>
  `${pathText(path)}: ${message}${expected ? `; expected: ${expected}` : ''}`;

/** Another control plane with a newer record of this cluster than this one's own: it was away when the last operation ended. */
async function newerOn(
  { cluster, host, peer, records }: CheckContext,
  own?: ClusterRecord,
): Promise<string | undefined> {
  for (const { name } of controlPlanes(cluster).filter((one) => one.name !== host.machine.name)) {
    const text = await recordOn(await peer(name));
    if (text !== undefined && newerOf(records, cluster, text, own)) return name;
  }
  return undefined;
}

function newerOf(records: Records, { name }: Cluster, text: string, own: ClusterRecord | undefined): boolean {
  const found = records.parse(text);
  return 'record' in found && found.record.spec.name === name && found.record.at > (own?.at ?? '');
}
