import { expect, it } from 'vitest';
import { docker } from '../../../src/facts/docker.js';
import { file } from '../../../src/facts/files.js';
import { service, type Service } from '../../../src/facts/service.js';
import { configureKubeletOfDocker } from '../../../src/steps/seed/configure-kubelet-of-docker.js';
import { cluster } from '../../clusters.js';
import { contextOf, FakeHost } from '../fake-host.js';

const seed = cluster({
  profile: 'v1.9.0',
  unsafe: true,
  kubernetesVersion: 'v1.9.0',
  source: { registry: { address: '10.0.0.2:5000', plainHttp: true } },
});
const paths = ['/etc/systemd/system/kubelet.service', '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'];

/** A host with the kubelet's files as they are wanted, and a kubelet in this state. */
async function hostWith(state: Service): Promise<FakeHost> {
  const host = new FakeHost(seed, 'w1')
    .tells(docker, { version: '17.03.0-ce', storageDriver: 'overlay2', cgroupDriver: 'systemd' })
    .obeys(/^systemctl daemon-reload && .* try-restart kubelet\.service$/);
  await configureKubeletOfDocker.apply!(contextOf(seed, host));
  for (const path of paths) host.tells(file(path), { content: host.written.get(path)!.content, mode: '644' });
  return host.tells(service('kubelet.service', paths), state);
}

const good: Service = { active: true, enabled: true, stale: false };

it.each<[string, Service, string[]]>([
  ['runs with what lies there', good, []],
  ['was not started yet', { active: false, enabled: true, stale: true }, []],
  ['is older than its drop-in', { ...good, stale: true }, ['kubelet.service runs with an older configuration']],
  ['is not started with the host', { ...good, enabled: false }, ['kubelet.service is not enabled']],
])('looks whether a kubelet %s', async (_, state, missing) => {
  expect(await configureKubeletOfDocker.check(contextOf(seed, await hostWith(state)))).toEqual(missing);
});
