import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { answer } from '../../src/facts/fact.js';
import { staticPodTrouble } from '../../src/facts/static-pod.js';
import { shellWith } from '../shell.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-pods-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As kubelet v1.37.2 writes it (klog). */
const syncing = (pod: string, why: string): string =>
  `E1127 07:12:01.123456    812 pod_workers.go:1324] "Error syncing pod, skipping" err="${why}" pod="kube-system/${pod}" podUID="2f"`;
const journal = [
  syncing('etcd-m1', 'older'),
  syncing(
    'etcd-m1',
    'failed to \\"CreatePodSandbox\\" for \\"etcd-m1\\": failed to mount rootfs component: invalid argument',
  ),
  syncing('kube-scheduler-m1', 'another pod'),
  'I1127 07:12:02.000000    812 kubelet.go:2500] "SyncLoop" pod="kube-system/etcd-m1"',
].join('\n');

const asked = (said: string): string[] => {
  const fact = staticPodTrouble('etcd', folder);
  const programs = { journalctl: `cat <<'END'\n${said}\nEND` };
  return answer(fact, shellWith(programs, ['cat', 'grep', 'tail', 'head', 'ls'], fact.command));
};

it('gives the kubelet’s last word on a static pod, and the pod’s own', () => {
  expect(asked('nothing of it')).toEqual([]);
  const kubelet =
    'the kubelet says: failed to "CreatePodSandbox" for "etcd-m1": failed to mount rootfs component: invalid argument';
  expect(asked(journal)).toEqual([kubelet]);
  const own = join(folder, 'kube-system_etcd-m1_2f', 'etcd');
  mkdirSync(own, { recursive: true });
  const line = (words: string): string => `2026-11-27T07:12:03.5Z stderr F ${words}\n`;
  writeFileSync(join(own, '0.log'), line('starting') + line('{"level":"fatal","msg":"no space"}'));
  expect(asked(journal)).toEqual([kubelet, 'etcd says last: {"level":"fatal","msg":"no space"}']);
});
