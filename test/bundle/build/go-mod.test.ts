import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goModFor, requiresOf } from '../../../src/bundle/build/go-mod.js';
import { modulesFor, source } from '../../../src/bundle/build/modules.js';
import { versions, versionsOf } from '../../../src/bundle/build/versions.js';

it('keeps a go.mod of exactly what the lab’s release takes', () => {
  for (const { name, requires = {} } of modulesFor(versions))
    expect(requiresOf(readFileSync(join(source(name), 'go.mod'), 'utf8')), name).toMatchObject(requires);
});

it('asks for the modules that another release is made of', () => {
  const wanted = Object.assign({}, ...modulesFor(versionsOf('v1.36.3')).map(({ requires }) => requires)) as object;
  expect(wanted).toMatchObject({
    'k8s.io/kubernetes': 'v1.36.3',
    'go.etcd.io/etcd/server/v3': 'v3.6.8',
    'github.com/coredns/coredns': 'v1.14.2',
  });
});

it('replaces what the module itself would replace, folders by what is published of them', () => {
  const entry = {
    Module: { Path: 'k8s.io/kubernetes' },
    Go: '1.26.0',
    Godebug: [{ Key: 'default', Value: 'go1.26' }],
    Replace: [
      { Old: { Path: 'k8s.io/api' }, New: { Path: './staging/src/k8s.io/api' } },
      { Old: { Path: 'example.org/a' }, New: { Path: 'example.org/b', Version: 'v1.0.0' } },
    ],
  };
  expect(goModFor('kubernetes', { 'k8s.io/kubernetes': 'v1.36.3' }, entry)).toBe(`module kha.lab/kubernetes

go 1.26.0

godebug default=go1.26

require (
\tk8s.io/kubernetes v1.36.3
)

replace (
\tk8s.io/api => k8s.io/api v0.36.3
\texample.org/a => example.org/b v1.0.0
)
`);
  const other = { Module: { Path: 'a/b' }, Go: '1.24', Replace: [{ Old: { Path: 'a/c' }, New: { Path: '../c' } }] };
  expect(goModFor('b', { 'a/b': 'v3.6.8' }, other)).toContain('\ta/c => a/c v3.6.8\n');
  const replace = (path: string, folder: string) => ({ Old: { Path: path }, New: { Path: folder } });
  const guarded = {
    ...other,
    Replace: [
      replace('a/b/client/v3', '../client/v3'),
      replace('a', './FORBIDDEN'),
      replace('tests/v3', './FORBIDDEN'),
    ],
  };
  expect(goModFor('b', { 'a/b': 'v3.6.8' }, guarded)).toMatch(
    /\nreplace \(\n\ta\/b\/client\/v3 => a\/b\/client\/v3 v3.6.8\n\)\n$/,
  );
  expect(() => goModFor('b', { 'a/d': 'v1.0.0' }, other)).toThrow('b requires a/d, not a/b');
});
