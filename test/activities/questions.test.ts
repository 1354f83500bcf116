import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/activities/failure.js';
import { createQuestions } from '../../src/activities/questions.js';
import { receiver, type Sealed } from '../../src/activities/sealed.js';
import type { Pool } from '../../src/activities/ssh/pool.js';
import { cluster } from '../clusters.js';

/** Control planes by what lies in their /etc/kubernetes/admin.conf; one that is left out does not answer. */
function questions(files: Readonly<Record<string, string | undefined>>) {
  const run = (name: string) => () =>
    name in files
      ? Promise.resolve({ code: 0, stdout: files[name] === undefined ? 'absent\n' : `600\n${files[name]}`, stderr: '' })
      : Promise.reject(new HostFailure('Unreachable', { host: name, reason: 'it does not answer', next: '' }));
  const pool = { to: ({ name }: { name: string }) => ({ run: run(name) }) } as unknown as Pool;
  return createQuestions({ pool, cluster: async () => Promise.resolve(cluster()) });
}

describe('fetchKubeconfig', () => {
  const { publicKey, open } = receiver();
  const fetch = (files: Parameters<typeof questions>[0]): Promise<Sealed> =>
    new MockActivityEnvironment().run((key: string) => questions(files).fetchKubeconfig(key), publicKey);

  it('takes it from whichever master has one: the first may be silent or new', async () => {
    expect(open(await fetch({ m2: undefined, m3: 'the kubeconfig' }))).toBe('the kubeconfig');
  });

  it('says of each control plane why it gave none', async () => {
    await expect(fetch({ m1: undefined, m3: undefined })).rejects.toThrow(
      'm1: it has none; m2: it does not answer; m3: it has none',
    );
  });
});
