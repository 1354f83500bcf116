import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jsonSchema } from '../../../src/client/spec/json-schema.js';
import { knownKeys } from '../../../src/client/spec/issues.js';

const committed = (): unknown =>
  JSON.parse(readFileSync(new URL('../../../docs/cluster.schema.json', import.meta.url), 'utf8')) as unknown;

it('docs/cluster.schema.json is what kha schema prints', () =>
  expect(committed()).toEqual(JSON.parse(JSON.stringify(jsonSchema()))));

it.each([
  [[], 'preflight'],
  [['hosts', 0], 'roles'],
  [['hosts', 0, 'ssh', 'jump'], 'address'],
  [['networking', 'calico'], 'encapsulation'],
  [['controlPlaneEndpoint'], 'vip'],
  [['controlPlaneEndpoint'], 'host'],
] as const)('the keys at %j are known, %s among them', (path, key) => expect(knownKeys(path)).toContain(key));

it('knows no keys where anything may stand', () => expect(knownKeys(['kubelet'])).toEqual([]));
