import { binding, role } from './access.js';
import { namespace, quota, runtimeClass, secret, serviceAccount } from './accounts.js';
import { customResourceDefinition } from './custom-resource-definition.js';
import { disruptionBudget } from './disruption-budget.js';
import { endpoints, service } from './services.js';
import { claim, persistentVolume, storageClass } from './volumes.js';
import { row, type Kind } from './kind.js';

const rbac = ['rbac.authorization.k8s.io/v1beta1', 'rbac.authorization.k8s.io/v1alpha1'];

/** What workloads stand on: in the order in which it is applied. */
export const kindsAroundWorkloads: readonly Kind[] = [
  row('Namespace', [], 'v1', '00-namespaces', [namespace], ''),
  row(
    'CustomResourceDefinition',
    ['apiextensions.k8s.io/v1beta1'],
    'apiextensions.k8s.io/v1',
    '01-definitions',
    [customResourceDefinition],
    'a structural schema in every version, which preserves unknown fields as before; subresources, printer columns and conversion at their places in v1',
  ),
  row(
    'PriorityClass',
    ['scheduling.k8s.io/v1beta1', 'scheduling.k8s.io/v1alpha1'],
    'scheduling.k8s.io/v1',
    '02-classes',
    [],
    '',
  ),
  row(
    'StorageClass',
    ['storage.k8s.io/v1beta1'],
    'storage.k8s.io/v1',
    '02-classes',
    [storageClass],
    'annotation of the default class; provisioners that are CSI drivers today, or gone, are named',
  ),
  row(
    'VolumeAttributesClass',
    ['storage.k8s.io/v1beta1', 'storage.k8s.io/v1alpha1'],
    'storage.k8s.io/v1',
    '02-classes',
    [],
    '',
  ),
  row('CSIDriver', ['storage.k8s.io/v1beta1'], 'storage.k8s.io/v1', '02-classes', [], ''),
  row('IngressClass', ['networking.k8s.io/v1beta1'], 'networking.k8s.io/v1', '02-classes', [], ''),
  row(
    'RuntimeClass',
    ['node.k8s.io/v1beta1', 'node.k8s.io/v1alpha1'],
    'node.k8s.io/v1',
    '02-classes',
    [runtimeClass],
    'spec.runtimeHandler is handler',
  ),
  row('ServiceAccount', [], 'v1', '03-accounts', [serviceAccount], 'token Secrets dropped'),
  row(
    'Role',
    rbac,
    'rbac.authorization.k8s.io/v1',
    '04-roles',
    [role],
    'rules on the group extensions name apps and networking.k8s.io',
  ),
  row('ClusterRole', rbac, 'rbac.authorization.k8s.io/v1', '04-roles', [role], 'as Role'),
  row(
    'RoleBinding',
    rbac,
    'rbac.authorization.k8s.io/v1',
    '04-roles',
    [binding],
    'subjects have an apiGroup; User * is Group system:authenticated',
  ),
  row('ClusterRoleBinding', rbac, 'rbac.authorization.k8s.io/v1', '04-roles', [binding], 'as RoleBinding'),
  row('ConfigMap', [], 'v1', '05-configuration', [], ''),
  row('Secret', [], 'v1', '05-configuration', [secret], 'tokens of accounts are left'),
  row('LimitRange', [], 'v1', '05-configuration', [], ''),
  row('ResourceQuota', [], 'v1', '05-configuration', [quota], 'count/….extensions is counted in today’s group'),
  row(
    'PersistentVolume',
    [],
    'v1',
    '06-volumes',
    [persistentVolume],
    'reclaim policy Retain; claimRef without uid; alpha node affinity and class annotation as fields; volumes without a driver named',
  ),
  row('PersistentVolumeClaim', [], 'v1', '06-volumes', [claim], 'bound anew; class annotation as field'),
  row(
    'Service',
    [],
    'v1',
    '07-services',
    [service],
    'an address of the new cluster (None is kept); alpha and beta annotations as fields; nodePorts kept',
  ),
  row('Endpoints', [], 'v1', '07-services', [endpoints], 'only those of Services without a selector'),
  row(
    'EndpointSlice',
    ['discovery.k8s.io/v1beta1'],
    'discovery.k8s.io/v1',
    '07-services',
    [],
    'only those that no controller made',
  ),
  row('NetworkPolicy', ['extensions/v1beta1'], 'networking.k8s.io/v1', '08-policies', [], ''),
  row(
    'PodDisruptionBudget',
    ['policy/v1beta1'],
    'policy/v1',
    '08-policies',
    [disruptionBudget],
    'an empty selector is dropped: it chose no pod, and would choose all',
  ),
  row('FlowSchema', ['flowcontrol.apiserver.k8s.io/v1beta3'], 'flowcontrol.apiserver.k8s.io/v1', '08-policies', [], ''),
  row(
    'PriorityLevelConfiguration',
    ['flowcontrol.apiserver.k8s.io/v1beta3'],
    'flowcontrol.apiserver.k8s.io/v1',
    '08-policies',
    [],
    '',
  ),
];
