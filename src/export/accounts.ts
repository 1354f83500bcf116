import { fieldsAt, into, listAt, textAt } from './fields.js';
import type { Change } from './notes.js';

/** Since 1.24 no account has a token Secret by itself: pods get tokens that expire. */
export const serviceAccount: Change = (object, notes) => {
  const tokens = listAt(object, 'secrets').filter((one) =>
    isToken(textAt(one, 'name') ?? '', textAt(object.metadata, 'name')),
  );
  if (tokens.length === 0) return;
  const kept = listAt(object, 'secrets').filter((one) => !tokens.includes(one));
  if (kept.length > 0) object['secrets'] = kept;
  else delete object['secrets'];
  notes.change('its token Secrets are dropped: pods get tokens without them');
  notes.know(
    'whoever used its token from outside needs another: kubectl create token, or a Secret of type kubernetes.io/service-account-token',
  );
};

const isToken = (secret: string, account = ''): boolean =>
  secret.startsWith(`${account}-token-`) || secret.startsWith(`${account}-dockercfg-`);

export const secret: Change = (object, notes) => {
  const type = textAt(object, 'type') ?? '';
  if (type === 'kubernetes.io/dockercfg' || type === 'kubernetes.io/dockerconfigjson')
    notes.hand('a login to a registry: see that the new nodes reach it, and know its authority');
  if (type === 'kubernetes.io/tls') notes.know('a certificate: nobody renews it but who made it');
};

export const quota: Change = (object, notes) => {
  const hard = fieldsAt(object, 'spec', 'hard');
  if (!hard) return;
  const renamed: Record<string, string> = {
    'count/deployments.extensions': 'count/deployments.apps',
    'count/replicasets.extensions': 'count/replicasets.apps',
    'count/daemonsets.extensions': 'count/daemonsets.apps',
    'count/ingresses.extensions': 'count/ingresses.networking.k8s.io',
  };
  const kept = Object.entries(hard).map(([key, value]) => [renamed[key] ?? key, value] as const);
  for (const key of Object.keys(hard)) if (Object.hasOwn(renamed, key)) notes.change(`${key} is ${renamed[key]}`);
  into(object, 'spec')['hard'] = Object.fromEntries(kept);
};

export const namespace: Change = (object) => {
  delete object['spec'];
  const labels = fieldsAt(object.metadata, 'labels');
  if (!labels) return;
  delete labels['kubernetes.io/metadata.name'];
  if (Object.keys(labels).length === 0) delete object.metadata['labels'];
};

export const runtimeClass: Change = (object, notes) => {
  if (!object.apiVersion.endsWith('/v1alpha1')) return;
  object['handler'] = textAt(object, 'spec', 'runtimeHandler');
  delete object['spec'];
  notes.change('spec.runtimeHandler is handler');
};
