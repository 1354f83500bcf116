import { outdated } from '../../cluster/record.js';
import type { ClusterRecord } from '../../cluster/parse-record.js';
import type { Fact } from '../../facts/fact.js';
import { kubectl } from '../../facts/kubectl.js';
import { sh } from '../../facts/sh.js';
import { claimPath } from '../hosts/claim-host.js';
import type { Records } from '../step.js';

/** Where every control plane keeps the record. */
export const recordPath = '/var/lib/kha/record.json';
/** The ConfigMap of kube-system that holds it, and the key in it. */
export const recordMap = { name: 'kha-cluster', key: 'record.json' } as const;

/** The record in the cluster: its text, nothing where there is no ConfigMap, or why the API did not say. */
export const publishedRecord: Fact<{ readonly text: string | undefined } | { readonly silent: string }> = {
  command: kubectl(['-n', 'kube-system', 'get', 'configmap', recordMap.name, '--ignore-not-found', '-o', 'json']),
  codes: 'any',
  parse({ code, stdout, stderr }) {
    if (code !== 0) return { silent: stderr.trim().split('\n')[0] || `kubectl exited ${code}` };
    const found = stdout.trim() === '' ? {} : (JSON.parse(stdout) as { data?: Partial<Record<string, string>> });
    return { text: found.data?.[recordMap.key] };
  },
};

/** What lies in one place, and in words what it lacks; `before` only where it can be read. */
export interface Kept {
  readonly missing: readonly string[];
  readonly before?: ClusterRecord;
  /** It is there and cannot be read, and so must not be replaced. */
  readonly unreadable?: true;
}

/** Looks at a record that was found in a place; the words begin with the place's name. */
export async function kept(records: Records, place: string, text: string | undefined): Promise<Kept> {
  if (text === undefined) return { missing: [`${place} is not there`] };
  const found = records.parse(text);
  if ('unreadable' in found)
    return {
      unreadable: true,
      missing: [`${place} ${found.unreadable}; it is not replaced: move it away if nobody needs it`],
    };
  const { record } = found;
  return {
    before: record,
    missing: outdated(record, await records.wanted(record)).map((words) => `${place} ${words}`),
  };
}

/** What a control plane says of its cluster without a run: its claim in the first line, then the record; the file's before the API's. */
export const claimAndRecord: Fact<{ readonly claim: string; readonly text: string | undefined }> = {
  command:
    sh`if [ -e ${claimPath} ]; then cat ${claimPath} || exit 1; fi; echo; if [ -e ${recordPath} ]; then cat ${recordPath}; ` +
    'elif [ -e /etc/kubernetes/admin.conf ]; then ' +
    sh`kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout 2s -n kube-system get configmap ${recordMap.name} --ignore-not-found -o ${`jsonpath={.data.${recordMap.key.replace('.', '\\.')}}`}; fi`,
  parse({ stdout }) {
    const end = stdout.indexOf('\n');
    return { claim: stdout.slice(0, end).trim(), text: stdout.slice(end + 1).trim() || undefined };
  },
};
