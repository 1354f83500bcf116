import { recordText } from '../../cluster/record.js';
import { controlPlanes } from '../../cluster/roles.js';
import { applying, kubectl } from '../../facts/kubectl.js';
import { stream } from '../control-plane/kubeadm-documents.js';
import { servesApi } from '../fitness.js';
import type { CheckContext, Step } from '../step.js';
import { kept, publishedRecord, recordMap, type Kept } from './record-files.js';

export const publishRecord: Step = {
  name: 'publishRecord',
  does: 'Keep in the cluster itself what was applied: ConfigMap kha-cluster in kube-system',
  on: controlPlanes,
  pace: { once: servesApi },
  retry: 'edit',
  needs: ['nodes on the endpoint'],
  check: async (context) => [...(await look(context)).missing],
  async apply(context) {
    const { before, unreadable } = await look(context);
    // What is there and cannot be read stays, and is told again.
    if (unreadable) return;
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: recordMap.name, namespace: 'kube-system' },
      data: { [recordMap.key]: recordText(await context.records.wanted(before)) },
    };
    await context.host.run(kubectl([...applying(context.cluster), '-f', '-']), { stdin: stream(map) });
  },
};

async function look({ host, records }: CheckContext): Promise<Kept> {
  const found = await host.read(publishedRecord);
  // Who does not say what is there must not be written over.
  if ('silent' in found)
    return { unreadable: true, missing: [`the API does not say what was applied: ${found.silent}`] };
  return kept(records, `ConfigMap kube-system/${recordMap.name}`, found.text);
}
