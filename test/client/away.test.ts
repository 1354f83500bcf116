import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { isAway } from '../../src/client/away.js';

/** As @grpc/grpc-js makes them. */
const grpc = (code: number, details: string): Error =>
  Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });

describe('isAway', () => {
  it.each([
    ['a server that is gone', grpc(14, 'No connection established'), true],
    ['no answer in time', grpc(4, 'Deadline exceeded'), true],
    ['no worker', grpc(9, 'no poller seen for task queue recently, worker may be down'), true],
    ['a connection that cannot be made', new Error('Failed to connect before the deadline'), true],
    ['workflow code that fails', grpc(9, 'Unable to query workflow due to Workflow Task in failed state.'), false],
    ['no permission', grpc(7, 'Request unauthorized.'), false],
    ['no such run', grpc(5, 'workflow not found'), false],
    ['a payload whose key is missing', new Error('a payload was encrypted with key "old"'), false],
  ])('%s', (_, error, away) => {
    expect(isAway(error)).toBe(away);
    expect(isAway(new ServiceError('Failed to query Workflow', { cause: error }))).toBe(away);
  });
});
