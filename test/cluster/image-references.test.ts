import { expect, it } from 'vitest';
import { upstreamOf } from '../../src/cluster/image-names.js';
import { imageReference, nameInBundle, nameOnHosts } from '../../src/cluster/image-references.js';

const sum = 'a'.repeat(64);

it.each([
  ['nginx', 'docker.io/library/nginx:latest', 'docker.io/library/nginx:latest'],
  [
    'kubernetesui/dashboard-web:1.7',
    'docker.io/kubernetesui/dashboard-web:1.7',
    'docker.io/kubernetesui/dashboard-web:1.7',
  ],
  ['quay.io/cilium/cilium:v1', 'quay.io/cilium/cilium:v1', 'quay.io/cilium/cilium:v1'],
  [`quay.io/cilium/cilium:v1@sha256:${sum}`, `quay.io/cilium/cilium@sha256:${sum}`, 'quay.io/cilium/cilium:v1'],
  [`quay.io/a/b@sha256:${sum}`, `quay.io/a/b@sha256:${sum}`, `quay.io/a/b:sha256-${sum}`],
  ['site.example:5000/own/app:2', 'site.example:5000/own/app:2', 'site.example_5000/own/app:2'],
  ['localhost/app:2', 'localhost/app:2', 'localhost/app:2'],
])('completes %s as containerd does, and names it in a bundle', (text, onHosts, inBundle) => {
  const found = imageReference(text)!;
  expect([nameOnHosts(found), nameInBundle(found)]).toEqual([onHosts, inBundle]);
});

it.each(['', 'UPPER/case:1', 'a b', 'quay.io/x@sha256:12', 'https://quay.io/x:1'])('takes %j for no image', (text) =>
  expect(imageReference(text)).toBeUndefined(),
);

it('knows where an image of an add-on is published', () => {
  expect(upstreamOf('quay.io/cilium/cilium')).toBe('quay.io/cilium/cilium');
  expect(upstreamOf('kube-proxy')).toBe('registry.k8s.io/kube-proxy');
  expect(upstreamOf('kube-proxy-amd64')).toBe('gcr.io/google_containers/kube-proxy-amd64');
  expect(upstreamOf('k8s.gcr.io/pause-amd64')).toBe('k8s.gcr.io/pause-amd64');
});
