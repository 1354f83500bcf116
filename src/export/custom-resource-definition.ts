import { fieldsAt, into, isFields, listAt, missing, take, textAt, type Fields } from './fields.js';
import type { Change, Notes } from './notes.js';
import { structuralSchema } from './structural-schema.js';

const approval = 'api-approved.kubernetes.io';

/** apiextensions.k8s.io/v1beta1 to v1 (deprecation guide, 1.22). A v1 that still preserves unknown fields everywhere is made whole too. */
export const customResourceDefinition: Change = (object, notes) => {
  const spec = into(object, 'spec');
  const before = object.apiVersion.endsWith('/v1beta1');
  if (!before && spec['preserveUnknownFields'] !== true) return;
  if (before) spec['scope'] ??= 'Namespaced';
  if (before) versions(spec, notes);
  // v1beta1 preserved what its schema did not know, unless told; v1 prunes.
  const prunes = spec['preserveUnknownFields'] === false;
  delete spec['preserveUnknownFields'];
  for (const version of listAt(spec, 'versions')) {
    const schema = into(version, 'schema');
    if (prunes && fieldsAt(schema, 'openAPIV3Schema')) continue;
    const { schema: made, weaker } = structuralSchema(schema['openAPIV3Schema']);
    const had = isFields(schema['openAPIV3Schema']);
    schema['openAPIV3Schema'] = made;
    if (had) notes.change('its schema is a structural one that preserves unknown fields, as v1beta1 did');
    else notes.change('has a schema that takes everything, as v1 wants one');
    for (const one of weaker) notes.hand(`its schema validates less than before: v1 refuses ${one}`);
  }
  conversion(spec, notes);
  approved(object.metadata, textAt(spec, 'group') ?? '', notes);
};

/** What stood once for all versions stands in each today. */
function versions(spec: Fields, notes: Notes): void {
  const version = textAt(spec, 'version');
  delete spec['version'];
  if (listAt(spec, 'versions').length === 0)
    spec['versions'] = [{ name: version ?? 'v1', served: true, storage: true }];
  const shared = {
    schema: take(spec, 'validation'),
    subresources: take(spec, 'subresources'),
    additionalPrinterColumns: take(spec, 'additionalPrinterColumns'),
  };
  for (const one of listAt(spec, 'versions')) {
    for (const [key, value] of Object.entries(shared))
      if (missing(one, key) && value !== undefined && value !== null) one[key] = structuredClone(value);
    for (const column of listAt(one, 'additionalPrinterColumns')) {
      const path = take(column, 'JSONPath');
      if (path !== undefined) column['jsonPath'] = path;
    }
  }
  notes.change('version, validation, subresources and printer columns stand in spec.versions');
}

function conversion(spec: Fields, notes: Notes): void {
  const found = fieldsAt(spec, 'conversion');
  if (!found || (found['webhookClientConfig'] === undefined && found['conversionReviewVersions'] === undefined)) return;
  const clientConfig = take(found, 'webhookClientConfig');
  const conversionReviewVersions = take(found, 'conversionReviewVersions');
  if (found['strategy'] !== 'Webhook') return;
  found['webhook'] = { clientConfig, conversionReviewVersions: conversionReviewVersions ?? ['v1beta1'] };
  notes.change('spec.conversion.webhook holds its client configuration');
  notes.hand('its conversion webhook has to run in the new cluster, with a certificate that caBundle knows');
}

/** Groups of Kubernetes' own want a word of its community (API server, v1 validation). */
function approved(metadata: Fields, group: string, notes: Notes): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return;
  const annotations = into(metadata, 'annotations');
  if (!missing(annotations, approval)) return;
  annotations[approval] = 'unapproved, carried over from an older cluster';
  notes.change(`annotation ${approval} is written, as v1 wants it of groups below k8s.io and kubernetes.io`);
}
