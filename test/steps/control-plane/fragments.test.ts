import { describe, expect, it } from 'vitest';
import { clusterSchema } from '../../../src/cluster/schema.js';
import { ownedFields } from '../../../src/cluster/schema/kubeadm.js';
import { initDocuments, joinDocuments } from '../../../src/steps/control-plane/kubeadm-documents.js';
import { cluster } from '../../clusters.js';

type Fields = Record<string, unknown>;
const ground = { cgroup: 2, limits: { lowersOomScore: true, setsConntrack: false } } as const;
const admission = { token: 'abcdef.0123456789abcdef', caHash: 'sha256:0' };

/** The documents of a stream, by kind. */
const kinds = (text: string): Record<string, Fields> =>
  Object.fromEntries(
    text
      .split(/^---$/m)
      .filter((one) => one.trim() !== '')
      .map((one) => JSON.parse(one) as Fields)
      .map((one) => [String(one['kind']), one]),
  );
const documents = (more: object = {}): Record<string, Fields> => {
  const wanted = cluster({ patches: { 'kube-scheduler.yaml': {} }, ...more });
  return {
    ...kinds(initDocuments(wanted, wanted.hosts[0]!, ground, 'local')),
    ...kinds(joinDocuments(wanted, wanted.hosts[0]!, admission)),
  };
};

/** Whether a spec may have the fragment. */
const taken = (kind: string, fragment: Fields): boolean =>
  clusterSchema.shape.kubeadm.safeParse({ [kind]: fragment }).success;

describe('what kha itself sets', () => {
  const { KubeletConfiguration: _, ...written } = documents();
  // What the kernel of a host lets be set is the host's to say, not the spec's: kha's wins there, and only there.
  const byHost = ['conntrack'];
  const fields = Object.entries(written).flatMap(([kind, document]) =>
    Object.keys(document)
      .filter((key) => !byHost.includes(key))
      .flatMap((key) =>
        key === 'nodeRegistration'
          ? Object.keys(document[key] as Fields).map((inner) => [kind, `${key}.${inner}`] as const)
          : [[kind, key] as const],
      ),
  );

  it('is a good part of the documents', () => expect(fields.length).toBeGreaterThan(20));

  it.each(fields)('in %s, %s, is nobody else’s to set', (kind, field) => {
    const [key = '', inner] = field.split('.');
    const value = written[kind]![key];
    if (inner === 'kubeletExtraArgs') {
      for (const flag of (value as { kubeletExtraArgs: object[] }).kubeletExtraArgs)
        expect(taken(kind, { nodeRegistration: { kubeletExtraArgs: [flag] } })).toBe(false);
      return;
    }
    expect(taken(kind, { [key]: inner === undefined ? value : { [inner]: (value as Fields)[inner] } })).toBe(false);
    const owners: Fields =
      inner === undefined ? ownedFields[kind as 'InitConfiguration'] : ownedFields.nodeRegistration;
    expect(owners).toHaveProperty(inner ?? key);
  });
});

describe('a fragment', () => {
  const flag = { name: 'v', value: '4' };
  it('goes on after kha’s own flags', () => {
    const { InitConfiguration: init } = documents({
      kubeadm: { InitConfiguration: { nodeRegistration: { kubeletExtraArgs: [flag] } } },
    });
    expect(init).toMatchObject({
      nodeRegistration: { name: 'm1', kubeletExtraArgs: [{ name: 'node-ip', value: '10.0.0.11' }, flag] },
    });
  });

  it('is merged into maps, and brings in what kha does not set', () => {
    const found = documents({
      apiServer: { certSANs: ['api.example.org'] },
      kubeadm: {
        ClusterConfiguration: { apiServer: { extraArgs: [flag] }, encryptionAlgorithm: 'ECDSA-P256' },
        JoinConfiguration: { timeouts: { discovery: '10m0s' } },
        KubeProxyConfiguration: {
          metricsBindAddress: '0.0.0.0:10249',
          conntrack: { min: 5, tcpCloseWaitTimeout: '1h' },
        },
      },
    });
    expect(found['ClusterConfiguration']).toMatchObject({
      clusterName: 'test',
      encryptionAlgorithm: 'ECDSA-P256',
      apiServer: { certSANs: ['api.example.org'], extraArgs: [flag] },
    });
    expect(found['JoinConfiguration']).toMatchObject({ timeouts: { discovery: '10m0s' } });
    expect(found['KubeProxyConfiguration']).toMatchObject({
      mode: 'nftables',
      metricsBindAddress: '0.0.0.0:10249',
      conntrack: { maxPerCore: 0, min: 0, tcpCloseWaitTimeout: '1h' },
    });
  });

  it('names the folder of patches where there are some', () => {
    expect(documents()['InitConfiguration']).toMatchObject({ patches: { directory: '/etc/kubernetes/kha/patches' } });
    expect(documents({ patches: {} })['JoinConfiguration']).not.toHaveProperty('patches');
  });
});

describe('kubeadm’s own patience', () => {
  it('is kha’s, in both documents, unless a fragment says otherwise', () => {
    const fragment = { InitConfiguration: { timeouts: { kubernetesAPICall: '2m0s' } } };
    const { InitConfiguration, JoinConfiguration } = documents({ patience: 4, kubeadm: fragment });
    expect(InitConfiguration).toMatchObject({ timeouts: { kubernetesAPICall: '2m0s', kubeletHealthCheck: '960s' } });
    expect(JoinConfiguration).toMatchObject({ timeouts: { kubernetesAPICall: '240s', tlsBootstrap: '1200s' } });
  });

  it('is left to kubeadm where nobody speaks of it', () =>
    expect(JSON.stringify(documents())).not.toContain('timeouts'));
});
