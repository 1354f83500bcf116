import { groupKind, groupOf, nameOf, namespaceOf, textAt, type KubeObject } from './fields.js';

export const systemNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

/** Of kubeadm, its add-ons, Calico, the dashboard and kha, by how their objects are called. */
const known =
  /^(kube-(apiserver|controller-manager|scheduler|proxy|dns)|etcd|coredns|calico|tigera|kubernetes-dashboard|kubeadm|kubelet-(config|bootstrap)|extension-apiserver-authentication|kube-apiserver-legacy|kha-|bootstrap-token-|cluster-info|system[:-]|kube-root-ca)/;
/** Accounts of controllers in kube-controller-manager (1.9, pkg/controller; today's are called alike). */
const controllers =
  /-(controller|protection)$|^(default|bootstrap-signer|token-cleaner|legacy-service-account-token-cleaner|generic-garbage-collector|horizontal-pod-autoscaler|persistent-volume-binder|pod-garbage-collector|cloud-provider|root-ca-cert-publisher|service-controller)$/;

/** Whether an object is Kubernetes' own or that of an add-on which the new cluster brings itself. */
export function ownOfSystem(object: KubeObject): boolean {
  const name = nameOf(object);
  const kind = groupKind(object);
  const group = groupOf(object.apiVersion);
  if (/(^|\.)projectcalico\.org$/.test(group)) return true;
  if (kind === 'apiextensions.k8s.io/CustomResourceDefinition')
    return textAt(object, 'spec', 'group') === 'crd.projectcalico.org';
  if (group === 'rbac.authorization.k8s.io') {
    if (textAt(object.metadata, 'labels', 'kubernetes.io/bootstrapping') !== undefined) return true;
    if (namespaceOf(object) === undefined) return clusterRole.test(name);
  }
  if (kind === 'scheduling.k8s.io/PriorityClass') return name.startsWith('system-');
  if (!systemNamespaces.includes(namespaceOf(object) ?? '')) return false;
  return known.test(name) || (kind === '/ServiceAccount' && controllers.test(name)) || elects(object);
}

const clusterRole = /^(system:|kubeadm:|calico|tigera|kubernetes-dashboard(-minimal)?$)/;
/** Whether an object is but a seat for which programs of a control plane elect who sits in it. */
export const elects = (object: KubeObject): boolean =>
  textAt(object.metadata, 'annotations', 'control-plane.alpha.kubernetes.io/leader') !== undefined;
