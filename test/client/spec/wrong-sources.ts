import { changed, type Wrong } from './wrong-specs.js';

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
];
