import { describe, expect, it } from 'vitest';
import { FactUnknown } from '../../src/facts/fact.js';
import { unchangedSince } from '../../src/facts/unchanged.js';

const fact = unchangedSince(['-n', 'kube-system'], 'configmap/kube-proxy', 'daemonset/kube-proxy');
const said =
  (stdout: string, code = 0, stderr = '') =>
  () =>
    fact.parse({ code, stdout, stderr });
const [then, later] = ['2026-11-28T10:00:00Z', '2026-11-28T10:00:01Z'];

describe('an object that pods have read', () => {
  it.each<[string, string, boolean]>([
    ['was written once, by two, and then read', `${then} ${then} ${then}\n${later} ${later}\n`, true],
    ['was made and read in the same second', `${then} ${then}\n${then} ${then}\n`, true],
    ['was written again', `${then} ${then} ${later}\n${then} ${then}\n`, false],
    ['was made anew beside pods that ran', `${later} ${later}\n${then} ${later}\n`, false],
    ['is of an API server that tells no times of writing', `${then}\n${later}\n`, false],
  ])('%s', (_, stdout, unchanged) => expect(said(stdout)()).toBe(unchanged));

  it('is not there', () => {
    const notFound = 'Error from server (NotFound): daemonsets.apps "kube-proxy" not found\n';
    expect(said(`${then} ${then}\n`, 1, notFound)()).toBe(false);
    expect(said('', 78)()).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['of one object', `${then} ${then}\n`],
    ['half a line', `${then} 2026-11\n${then}\n`],
  ])('is not known where kubectl tells %s', (_, stdout) => expect(said(stdout)).toThrow(FactUnknown));

  it('is not known where the API does not answer', () => expect(said('', 1, 'Unable to connect')).toThrow(FactUnknown));
});
