import { recordText } from '../../cluster/record.js';
import { controlPlanes } from '../../cluster/roles.js';
import { file } from '../../facts/files.js';
import type { CheckContext, Step } from '../step.js';
import { kept, recordPath } from './record-files.js';

export const writeRecord: Step = {
  name: 'writeRecord',
  does: 'Write on the control plane what was applied: the spec, by which kha and which run',
  on: controlPlanes,
  forCluster: true,
  pace: 'all at once',
  retry: 'edit',
  needs: ['nodes on the endpoint'],
  async check(context) {
    const [{ missing }, found] = await look(context);
    return found && found.mode !== '600' ? [...missing, `${recordPath} has mode ${found.mode}, not 600`] : [...missing];
  },
  async apply(context) {
    const [{ before, unreadable }] = await look(context);
    // What is there and cannot be read stays, and is told again.
    if (unreadable) return;
    await context.host.write(recordPath, recordText(await context.records.wanted(before)), { mode: '0600' });
  },
};

async function look({ host, records }: CheckContext) {
  const found = await host.read(file(recordPath));
  return [await kept(records, recordPath, found?.content), found] as const;
}
