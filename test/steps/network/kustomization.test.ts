import { expect, it } from 'vitest';
import { kustomization } from '../../../src/steps/network/kustomization.js';
import { cluster } from '../../clusters.js';

interface Kustomization {
  patches: { patch: string }[];
}
interface Container {
  livenessProbe?: Record<string, unknown>;
  readinessProbe?: Record<string, unknown>;
}

/** calico-node's container as the second patch has it. */
function calicoNode(more: Record<string, unknown>): Container {
  const { patches } = JSON.parse(kustomization(cluster(more)).content.slice(4)) as Kustomization;
  const { spec } = JSON.parse(patches[1]!.patch) as { spec: { template: { spec: { containers: Container[] } } } };
  return spec.template.spec.containers[0]!;
}

it('asks calico-node on slow hosts as patiently as kha waits, with and without BGP', () => {
  const patient = { timeoutSeconds: 40, periodSeconds: 40 };
  expect(calicoNode({ patience: 4 }).livenessProbe).toEqual({
    exec: { command: ['/bin/calico-node', '-felix-live'] },
    ...patient,
  });
  const routed = { networking: { calico: { encapsulation: 'none' } } };
  expect(calicoNode({ ...routed, patience: 4 })).toMatchObject({ livenessProbe: patient, readinessProbe: patient });
  expect(calicoNode(routed)).not.toHaveProperty('livenessProbe');
  expect(calicoNode({}).readinessProbe).toEqual({ exec: { command: ['/bin/calico-node', '-felix-ready'] } });
});
