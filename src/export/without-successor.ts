import { groupKind } from './fields.js';

/** Kinds that Kubernetes has no more, and what there is to use in their place. */
export const withoutSuccessor: Readonly<Record<string, { readonly was: string; readonly instead: string }>> = {
  'extensions/PodSecurityPolicy': {
    was: 'extensions/v1beta1',
    instead:
      'Pod Security Admission: the labels pod-security.kubernetes.io/enforce, audit and warn on namespaces, with the levels privileged, baseline and restricted; finer rules by a ValidatingAdmissionPolicy',
  },
  'policy/PodSecurityPolicy': {
    was: 'policy/v1beta1',
    instead: 'as above',
  },
  'settings.k8s.io/PodPreset': {
    was: 'settings.k8s.io/v1alpha1',
    instead: 'its fields in the pod templates that it matched, or a MutatingAdmissionPolicy',
  },
  'extensions/ThirdPartyResource': {
    was: 'extensions/v1beta1',
    instead: 'a CustomResourceDefinition, and its objects made anew: it is gone since 1.8',
  },
  'admissionregistration.k8s.io/InitializerConfiguration': {
    was: 'admissionregistration.k8s.io/v1alpha1',
    instead: 'a MutatingWebhookConfiguration or a MutatingAdmissionPolicy',
  },
  'admissionregistration.k8s.io/ExternalAdmissionHookConfiguration': {
    was: 'admissionregistration.k8s.io/v1alpha1',
    instead: 'a ValidatingWebhookConfiguration',
  },
  'auditregistration.k8s.io/AuditSink': {
    was: 'auditregistration.k8s.io/v1alpha1',
    instead: 'the API server’s own flags for an audit webhook',
  },
};

export const insteadOf = (object: { readonly apiVersion: string; readonly kind: string }): string | undefined => {
  const key = groupKind(object);
  const found = withoutSuccessor[key === 'policy/PodSecurityPolicy' ? 'extensions/PodSecurityPolicy' : key];
  return found?.instead;
};
