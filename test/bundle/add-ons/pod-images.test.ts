import { expect, it } from 'vitest';
import { imagesIn } from '../../../src/bundle/add-ons/pod-images.js';

const manifest = `apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      initContainers: [{ name: init, image: example.org/init:1 }]
      containers:
        - { name: web, image: "example.org:5000/web" }
        - { name: again, image: example.org/init:1, imagePullPolicy: Always }
        - { name: newest, image: "nginx:latest", imagePullPolicy: IfNotPresent }
      volumes: [{ name: pages, image: { reference: "example.org/pages:2" } }, { name: none, emptyDir: {} }]
---
{ "kind": "CronJob", "spec": { "jobTemplate": { "spec": { "template": { "spec": { "containers": [
  { "name": "job", "image": "example.org/job@sha256:${'a'.repeat(64)}" }] } } } } } }
---
# nothing
---
kind: ConfigMap
data: { image: not/one:1 }
`;

it('finds what containers run and volumes mount, and what is asked for at each start', () => {
  expect(imagesIn(manifest)).toEqual([
    { image: 'example.org/init:1', always: true },
    { image: `example.org/job@sha256:${'a'.repeat(64)}`, always: false },
    { image: 'example.org/pages:2', always: false },
    { image: 'example.org:5000/web', always: true },
    { image: 'nginx:latest', always: false },
  ]);
});
