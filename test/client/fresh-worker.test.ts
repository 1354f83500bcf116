import { describe, expect, it, vi } from 'vitest';
import type { Connected } from '../../src/client/connect.js';
import { freshWorker, otherCode } from '../../src/client/fresh-worker.js';
import { codeOf, standingIdentity, workerIdentity } from '../../src/engine/take-over.js';
import { runningCode } from '../../src/running-code.js';
import { atBerlin, cluster } from '../clusters.js';

const own = '0.1.0 (1f2e3d4c)';

describe('a worker’s identity', () => {
  it('says of which code it is', async () => {
    expect(codeOf(await workerIdentity(own))).toBe(own);
    expect(codeOf(standingIdentity(own))).toBe(own);
    expect(codeOf('4711@elsewhere')).toBeUndefined();
    expect(codeOf('kha-engine/12/345@elsewhere')).toBeUndefined();
  });

  it('names kha’s version and its files', async () =>
    expect(await runningCode()).toMatch(/^\d+\.\d+\.\d+.* \([0-9a-f]{8}\)$/));

  it.each([
    [[], undefined],
    [[standingIdentity(own)], undefined],
    [[standingIdentity('0.0.9 (0)'), standingIdentity(own)], undefined],
    [[standingIdentity('0.0.9 (0)')], '0.0.9 (0)'],
    [['4711@elsewhere'], 'an older kha'],
  ])('of %j is another than this one’s: %s', (workers, other) => expect(otherCode(workers, own)).toBe(other));
});

it('says of a worker of other code, on a server of the site’s own, which is which and what to do', async () => {
  const describeTaskQueue = async () => Promise.resolve({ pollers: [{ identity: standingIdentity('0.0.9 (0)') }] });
  const client = { options: { namespace: 'default' }, workflowService: { describeTaskQueue } };
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    await freshWorker({ client, server: {} } as unknown as Connected, cluster({ taskQueue: 'site-b' }));
    expect(said.mock.calls.join()).toContain(
      `task queue site-b is of kha 0.0.9 (0), this is kha ${await runningCode()}`,
    );
    expect(said.mock.calls.join()).toContain('Next: restart it where it runs: kha worker');
    said.mockClear();
    await freshWorker({ client, server: {} } as unknown as Connected, atBerlin());
    expect(said.mock.calls[0]!.join()).toMatch(/^the worker of site berlin is of kha 0.*: kha worker --site berlin$/s);
  } finally {
    said.mockRestore();
  }
});
