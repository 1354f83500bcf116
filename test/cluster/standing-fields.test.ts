import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { jsonSchema } from '../../src/client/spec/json-schema.js';
import { compare } from '../../src/cluster/compare.js';
import { standingFields } from '../../src/cluster/standing-fields.js';
import { cluster } from '../clusters.js';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
}

/** Every field that a spec may have: `hosts[].ssh.jump.port`. What a person fills in freely counts as one. */
const fields = (node: Node, path = ''): string[] => {
  if (node.oneOf) return node.oneOf.flatMap((one) => fields(one, path));
  if (node.items) return fields(node.items, `${path}[]`);
  if (!node.properties) return [path];
  return Object.entries(node.properties).flatMap(([key, inner]) => fields(inner, path === '' ? key : `${path}.${key}`));
};

const known = [...new Set(fields(jsonSchema()))];
const covers = (row: string, field: string): boolean =>
  field === row || field.startsWith(`${row}.`) || field.startsWith(`${row}[]`);

it('knows what a change of each field of the spec does to a cluster that stands', () => {
  expect(known.length).toBeGreaterThan(50);
  const rows = Object.keys(standingFields);
  for (const field of known)
    expect(
      rows.filter((row) => covers(row, field)),
      field,
    ).toHaveLength(1);
  for (const row of rows)
    expect(
      known.some((field) => covers(row, field)),
      row,
    ).toBe(true);
});

it('says what would do it wherever a change is refused', () => {
  for (const [row, { change, instead }] of Object.entries(standingFields))
    expect(instead !== undefined, row).toBe(change === 'refused');
});

it('refuses another version: this kha installs one, and a record may be of another', () => {
  const wanted = cluster();
  const [found, ...more] = compare({ ...wanted, kubernetesVersion: 'v1.36.4' }, wanted);
  expect(found).toMatchObject({ path: ['kubernetesVersion'], severity: 'error', found: 'v1.37.2' });
  expect(found!.expected).toMatch(/^v1\.36\.4; a change takes kha upgrade VERSION \(not built yet\)$/);
  expect(more).toEqual([]);
});

it('lets the same add-ons make the network in another version, and no others', () => {
  const of = (cni: unknown) => cluster({ networking: { cni } });
  const net = (chart: string, name = 'net') => of({ addons: [{ name, chart }] });
  expect(compare(net('/1.tgz'), net('/2.tgz'))).toEqual([]);
  expect(compare(net('/1.tgz'), of({ addons: ['net'] }))).toEqual([]);
  for (const other of [net('/1.tgz', 'other'), of('calico'), of({ manifests: ['/1.yaml'] })])
    expect(compare(net('/1.tgz'), other)).toMatchObject([
      { severity: 'error' },
      ...(typeof other.networking.cni === 'object' && 'manifests' in other.networking.cni ? [{}] : []),
    ]);
});

it('is told to people: docs/spec.md has every row', () => {
  const docs = readFileSync(new URL('../../docs/spec.md', import.meta.url), 'utf8');
  const standing = docs.slice(docs.indexOf('## On a cluster that stands'));
  for (const row of Object.keys(standingFields).filter((one) => !['apiVersion', 'kind'].includes(one)))
    expect(standing, row).toContain(`\`${row}\``);
});

it('takes a default that is written out for no change, and another value for one', () => {
  const written = cluster({
    networking: { kubeProxyMode: 'nftables', calico: { encapsulation: 'vxlan' } },
    etcd: { tls: true },
  });
  expect(compare(cluster(), written)).toEqual([]);
  expect(compare(written, cluster())).toEqual([]);
  const other = cluster({ networking: { kubeProxyMode: 'ipvs', calico: { encapsulation: 'none' } } });
  expect(compare(cluster(), other).map(({ path }) => path.join('.'))).toEqual([
    'networking.calico.encapsulation',
    'networking.kubeProxyMode',
  ]);
});
