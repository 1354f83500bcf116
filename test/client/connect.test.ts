import type { Connection } from '@temporalio/client';
import { beforeEach, expect, it, vi } from 'vitest';
import { withClient } from '../../src/client/connect.js';

const open: number[] = [];
let made = 0;
vi.mock(import('../../src/engine/connection.js'), async (original) => ({
  ...(await original()),
  findServer: () => Promise.resolve({ options: { address: 'nowhere' }, namespace: 'default' }),
}));
vi.mock(import('../../src/client/temporal.js'), async (original) => {
  const connect = (): Promise<Connection> => {
    const id = (made += 1);
    open.push(id);
    const close = (): Promise<void> => Promise.resolve(void open.splice(open.indexOf(id), 1));
    return Promise.resolve({ close, plugins: [] } as unknown as Connection);
  };
  return { ...(await original()), Connection: { connect } as unknown as typeof Connection };
});
beforeEach(() => {
  open.splice(0);
  made = 0;
});

it('closes the connection when the work is over, and when it failed', async () => {
  await withClient(() => Promise.resolve(expect(open).toEqual([1])));
  expect(open).toEqual([]);
  await expect(withClient(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(open).toEqual([]);
});

it('closes the one that went away once there is another, and that one in the end', async () => {
  await withClient(async (connected) => {
    await connected.again();
    await connected.again();
    expect(open).toEqual([3]);
  });
  expect(open).toEqual([]);
});
