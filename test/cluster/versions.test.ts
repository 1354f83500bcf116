import { expect, it } from 'vitest';
import { isSupported, profileOf, supportedVersions } from '../../src/cluster/versions.js';

it.each([
  ['v1.35.0', '3.6.6-0', 'v1.13.1', '3.10.1'],
  ['v1.35.17', '3.6.6-0', 'v1.13.1', '3.10.1'],
  ['v1.36.3', '3.6.8-0', 'v1.14.2', '3.10.2'],
  ['v1.37.2', '3.7.0-0', 'v1.14.6', '3.10.2'],
])('knows what kubeadm %s wants, whatever the patch release', (kubernetes, etcd, coredns, pause) => {
  expect(isSupported(kubernetes)).toBe(true);
  expect(profileOf({ kubernetesVersion: kubernetes })).toMatchObject({ kubernetes, etcd, coredns, pause });
});

it.each(['v1.34.9', 'v1.38.0', 'v1.37', '1.37.2', 'v1.37.02', 'v1.37.2-rc.1', 'constructor', ''])(
  'knows nothing of %j',
  (kubernetes) => {
    expect(isSupported(kubernetes)).toBe(false);
    expect(() => profileOf({ kubernetesVersion: kubernetes })).toThrow(
      `no profile for Kubernetes ${kubernetes}: expected any release of v1.35 or v1.36 or v1.37`,
    );
    expect(supportedVersions).toBe('any release of v1.35 or v1.36 or v1.37');
  },
);
