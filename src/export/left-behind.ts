import { fieldsAt, groupKind, groupOf, listAt, nameOf, namespaceOf, textAt, type KubeObject } from './fields.js';
import { elects, ownOfSystem, systemNamespaces } from './system-namespaces.js';

/** Why an object has no place in the export. `named`: a person should see which one it was. */
export interface Reason {
  readonly why: string;
  readonly named?: boolean;
}

/** What of a cluster's other objects it takes to judge one. */
export interface Around {
  /** Services with a selector, as namespace/name: their Endpoints make themselves. */
  readonly selecting: ReadonlySet<string>;
}

export const around = (objects: readonly KubeObject[]): Around => ({
  selecting: new Set(
    objects
      .filter((one) => groupKind(one) === '/Service' && Object.keys(fieldsAt(one, 'spec', 'selector') ?? {}).length > 0)
      .map(place),
  ),
});

const place = (object: KubeObject): string => `${namespaceOf(object) ?? ''}/${nameOf(object)}`;

/** Kinds that tell what a cluster is doing, and that are not even asked for. */
const state = new Set([
  '/Event',
  'events.k8s.io/Event',
  '/ComponentStatus',
  'apps/ControllerRevision',
  'coordination.k8s.io/Lease',
  'coordination.k8s.io/LeaseCandidate',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/CSIStorageCapacity',
  'certificates.k8s.io/CertificateSigningRequest',
  'certificates.k8s.io/PodCertificateRequest',
  'internal.apiserver.k8s.io/StorageVersion',
  'storagemigration.k8s.io/StorageVersionMigration',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/ServiceCIDR',
  'resource.k8s.io/ResourceSlice',
]);

export const isState = (object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean => state.has(groupKind(object));

type Rule = readonly [(object: KubeObject, kind: string, about: Around) => boolean, Reason];

const rules: readonly Rule[] = [
  [(object) => isState(object), { why: 'the old cluster’s state' }],
  [(_, kind) => kind === '/Node', { why: 'nodes are the clusters’ own' }],
  [(object) => textAt(object.metadata, 'deletionTimestamp') !== undefined, { why: 'is being deleted', named: true }],
  [
    (object) => listAt(object.metadata, 'ownerReferences').some((one) => one['controller'] === true),
    { why: 'made by its controller' },
  ],
  [
    (object) => textAt(object.metadata, 'annotations', 'kubernetes.io/config.mirror') !== undefined,
    { why: 'a static pod of a node' },
  ],
  [
    (object, kind) => kind === '/Pod' && /^(Succeeded|Failed)$/.test(textAt(object, 'status', 'phase') ?? ''),
    { why: 'has ended', named: true },
  ],
  [
    (object, kind) => kind === 'batch/Job' && listAt(object, 'status', 'conditions').some(ended),
    { why: 'has ended: applied, it would run again', named: true },
  ],
  [
    (object, kind) => kind === '/Namespace' && [...systemNamespaces, 'default'].includes(nameOf(object)),
    { why: 'every cluster has it' },
  ],
  [
    (object, kind) =>
      kind === '/Secret' &&
      /^(kubernetes\.io\/service-account-token|bootstrap\.kubernetes\.io\/token)$/.test(textAt(object, 'type') ?? ''),
    { why: 'a token of the old cluster: it is worth nothing in another' },
  ],
  [
    (object) => textAt(object.metadata, 'annotations', 'rbac.authorization.kubernetes.io/autoupdate') === 'false',
    {
      why: 'one of Kubernetes’ own roles that somebody keeps from being renewed: look for what was changed in it',
      named: true,
    },
  ],
  [ownOfSystem, { why: 'Kubernetes’ or its add-ons’ own' }],
  [
    (object) => systemNamespaces.includes(namespaceOf(object) ?? ''),
    { why: 'stands in a namespace of the system: put it into one of your own, if it is yours', named: true },
  ],
  [
    (object, kind) => kind === '/ServiceAccount' && nameOf(object) === 'default' && plain(object),
    { why: 'every namespace has it' },
  ],
  [(object, kind) => kind === '/ConfigMap' && nameOf(object) === 'kube-root-ca.crt', { why: 'every namespace has it' }],
  [
    (object, kind, { selecting }) => kind === '/Endpoints' && (selecting.has(place(object)) || elects(object)),
    { why: 'made by its controller' },
  ],
  [
    (object, kind) =>
      /^(\/Service|\/Endpoints|discovery\.k8s\.io\/EndpointSlice)$/.test(kind) &&
      place(object) === 'default/kubernetes',
    { why: 'every cluster has it' },
  ],
  [
    (object, kind) =>
      kind === 'discovery.k8s.io/EndpointSlice' &&
      /^endpointslice(mirroring)?-controller\.k8s\.io$/.test(label(object, 'endpointslice.kubernetes.io/managed-by')),
    { why: 'made by its controller' },
  ],
  [
    (object, kind) => kind === 'apiregistration.k8s.io/APIService' && !fieldsAt(object, 'spec', 'service'),
    { why: 'made by its controller' },
  ],
  [
    (object) =>
      groupOf(object.apiVersion) === 'flowcontrol.apiserver.k8s.io' &&
      textAt(object.metadata, 'annotations', 'apf.kubernetes.io/autoupdate-spec') === 'true',
    { why: 'Kubernetes’ or its add-ons’ own' },
  ],
];

const plain = (object: KubeObject): boolean =>
  listAt(object, 'imagePullSecrets').length === 0 &&
  Object.keys(fieldsAt(object.metadata, 'annotations') ?? {}).length === 0;
const ended = (condition: Record<string, unknown>): boolean =>
  /^(Complete|Failed)$/.test(textAt(condition, 'type') ?? '') && condition['status'] === 'True';
const label = (object: KubeObject, key: string): string => textAt(object.metadata, 'labels', key) ?? '';

/** Why an object stays behind as the old cluster's own; undefined: it does not. */
export const leftBehind = (object: KubeObject, about: Around): Reason | undefined =>
  rules.find(([applies]) => applies(object, groupKind(object), about))?.[1];
