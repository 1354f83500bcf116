import { changed, type Wrong } from './wrong-specs.js';

const registry = '{ registry: { address: "10.0.0.2:5000", plainHttp: true } }';

/** The same for where packages and images come from. */
export const wrongSources: readonly Wrong[] = [
  [
    'a registry’s path that no registry has',
    changed('10.0.0.2:5000', 'harbor.example.org/K8s'),
    6,
    32,
    'source.registry.address',
    /wrong form/,
  ],
  [
    'a registry’s path that does not end',
    changed('10.0.0.2:5000', 'harbor.example.org/k8s/'),
    6,
    32,
    'source.registry.address',
    /wrong form/,
  ],
  [
    'a mirror of no registry',
    changed('plainHttp: true', 'images: { "Registry/K8s": k8s }'),
    6,
    59,
    'source.registry.images.Registry/K8s',
    /^the key has the wrong form$/,
  ],
  [
    'a mirror that is no repository',
    changed('plainHttp: true', 'images: { registry.k8s.io: "https://mirror" }'),
    6,
    76,
    'source.registry.images.registry.k8s.io',
    /wrong form/,
  ],
  ['no source', changed(registry, '{}'), 6, 9, 'source', /names no place/],
  ['a source left out', changed(`source: ${registry}\n`, ''), 1, 1, 'source', /is missing/],
  [
    'two sources',
    changed(registry, '{ registry: { address: h }, file: { path: b.tar, unsigned: true } }'),
    6,
    9,
    'source',
    /come from one place/,
  ],
  [
    'a file that nobody answers for',
    changed(registry, '{ file: { path: b.tar } }'),
    6,
    17,
    'source.file',
    /nobody proves who made this bundle/,
  ],
  [
    'a file that is signed and not',
    changed(registry, '{ file: { path: b.tar, key: site.pub, unsigned: true } }'),
    6,
    17,
    'source.file',
    /signed, or taken unsigned/,
  ],
  ['the internet', changed(registry, 'internet'), 6, 9, 'source', /from the internet is not built yet/],
  ['the internet as a map', changed(registry, '{ internet: {} }'), 6, 11, 'source.internet', /not built yet/],
];
