import type { Case } from './case.js';

const metadata = { name: 'web', namespace: 'shop' };
const labels = { app: 'web' };

const pods = (spec: object, annotations?: object): object => ({
  metadata: { labels, ...(annotations ? { annotations } : {}) },
  spec: { containers: [{ name: 'web', image: 'i' }], ...spec },
});
const deployment = (before: object, after: object): Pick<Case, 'old' | 'today'> => ({
  old: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels: labels }, template: before },
  },
  today: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { selector: { matchLabels: labels }, template: after },
  },
});

/** What changes within pods and their templates. */
export const podCases: readonly Case[] = [
  {
    title: 'node labels and taints by today’s names',
    ...deployment(
      pods({
        nodeSelector: {
          'beta.kubernetes.io/os': 'linux',
          'beta.kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/master': '',
          disk: 'ssd',
        },
        tolerations: [
          { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
          { key: 'node.alpha.kubernetes.io/notReady', operator: 'Exists' },
        ],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', operator: 'In', values: ['a'] }],
                },
              ],
            },
          },
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'failure-domain.beta.kubernetes.io/region' },
            ],
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } },
            ],
          },
        },
      }),
      pods({
        nodeSelector: {
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'node-role.kubernetes.io/control-plane': '',
          disk: 'ssd',
        },
        tolerations: [
          { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
        ],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a'] }] },
              ],
            },
          },
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'topology.kubernetes.io/region' }],
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname' } },
            ],
          },
        },
      }),
    ),
  },
  {
    title: 'annotations of pods that are fields today',
    ...deployment(
      pods(
        { serviceAccount: 'robot' },
        {
          'seccomp.security.alpha.kubernetes.io/pod': 'docker/default',
          'container.apparmor.security.beta.kubernetes.io/web': 'localhost/mine',
          'security.alpha.kubernetes.io/unsafe-sysctls': 'net.core.somaxconn=1024,kernel.msgmax=1',
          'pod.beta.kubernetes.io/init-containers': '[{"name":"first","image":"i"}]',
          'pod.beta.kubernetes.io/hostname': 'one',
          'scheduler.alpha.kubernetes.io/critical-pod': '',
          kept: 'yes',
        },
      ),
      {
        metadata: { labels, annotations: { kept: 'yes' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'i',
              securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } },
            },
          ],
          securityContext: {
            seccompProfile: { type: 'RuntimeDefault' },
            sysctls: [
              { name: 'net.core.somaxconn', value: '1024' },
              { name: 'kernel.msgmax', value: '1' },
            ],
          },
          initContainers: [{ name: 'first', image: 'i' }],
          hostname: 'one',
          serviceAccountName: 'robot',
        },
      },
    ),
    words: [/critical-pod is dropped/, /allowedUnsafeSysctls/, /serviceAccount is serviceAccountName/],
  },
  {
    title: 'volumes that no kubelet mounts, or a driver has to',
    ...deployment(
      pods({
        volumes: [
          { name: 'a', gitRepo: { repository: 'r' } },
          { name: 'b', awsElasticBlockStore: { volumeID: 'v' } },
          { name: 'c', hostPath: { path: '/var/run/docker.sock' } },
        ],
      }),
      pods({
        volumes: [
          { name: 'a', gitRepo: { repository: 'r' } },
          { name: 'b', awsElasticBlockStore: { volumeID: 'v' } },
          { name: 'c', hostPath: { path: '/var/run/docker.sock' } },
        ],
      }),
    ),
    words: [
      /gitRepo is mounted by nobody/,
      /ebs\.csi\.aws\.com/,
      /there is no docker on the nodes/,
      /level privileged/,
    ],
  },
  {
    title: 'a pod of its own without what admission gave it',
    old: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata,
        ownerReferences: [{ kind: 'Thing', name: 't', uid: 'u' }],
        finalizers: ['example.com/mine', 'foregroundDeletion'],
      },
      spec: {
        nodeName: 'w1',
        serviceAccount: 'default',
        serviceAccountName: 'default',
        containers: [
          {
            name: 'web',
            image: 'i',
            volumeMounts: [{ name: 'default-token-abcde', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
          },
        ],
        volumes: [{ name: 'default-token-abcde', secret: { secretName: 'default-token-abcde' } }],
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        ],
      },
    },
    today: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, finalizers: ['example.com/mine'] },
      spec: { serviceAccountName: 'default', containers: [{ name: 'web', image: 'i' }] },
    },
    words: [/no controller/, /ownerReferences are dropped/, /finalizers example\.com\/mine/],
  },
];
