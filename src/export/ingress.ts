import { fieldsAt, into, isFields, listAt, missing, take, textAt, type Fields } from './fields.js';
import { takeAnnotation } from './metadata.js';
import type { Change, Notes } from './notes.js';

const classAnnotation = 'kubernetes.io/ingress.class';

/** extensions/v1beta1 and networking.k8s.io/v1beta1 to networking.k8s.io/v1 (Kubernetes' deprecation guide, 1.22). */
export const ingress: Change = (object, notes) => {
  const spec = into(object, 'spec');
  const whole = take(spec, 'backend');
  if (isFields(whole)) {
    if (missing(spec, 'defaultBackend')) spec['defaultBackend'] = whole;
    notes.change('spec.backend is spec.defaultBackend');
  }
  backend(fieldsAt(spec, 'defaultBackend'), notes);
  for (const path of listAt(spec, 'rules').flatMap((rule) => listAt(rule, 'http', 'paths'))) {
    backend(fieldsAt(path, 'backend'), notes);
    notes.writeOut(
      path,
      'pathType',
      'ImplementationSpecific',
      'pathType',
      'what a path means is left to the controller, as it was',
    );
    const text = textAt(path, 'path');
    if (text !== undefined && text !== '' && !text.startsWith('/'))
      notes.hand(`path ${text} does not begin with /, which networking.k8s.io/v1 refuses`);
  }
  className(object.metadata, spec, notes);
  const older = Object.keys(fieldsAt(object.metadata, 'annotations') ?? {}).filter((key) =>
    key.startsWith('ingress.kubernetes.io/'),
  );
  if (older.length > 0)
    notes.hand(
      `annotations ${older.join(', ')}: controllers of today have names of their own for them (nginx.ingress.kubernetes.io/… is one)`,
    );
};

function backend(found: Fields | undefined, notes: Notes): void {
  if (!found || found['serviceName'] === undefined) return;
  const name = take(found, 'serviceName');
  const port = take(found, 'servicePort');
  found['service'] = { name, ...(port === undefined || port === null ? {} : { port: portOf(port) }) };
  notes.change('serviceName and servicePort of backends are service.name and service.port');
}

/** The name of a port has a letter in it (RFC 6335): digits in quotation marks are a number. */
const portOf = (port: unknown): Fields =>
  typeof port === 'number' || (typeof port === 'string' && /^\d+$/.test(port))
    ? { number: Number(port) }
    : { name: port };

function className(metadata: Fields, spec: Fields, notes: Notes): void {
  const named = textAt(metadata, 'annotations', classAnnotation);
  if (named !== undefined) {
    takeAnnotation(metadata, classAnnotation);
    if (named !== '' && missing(spec, 'ingressClassName')) spec['ingressClassName'] = named;
    notes.change(`annotation ${classAnnotation} is spec.ingressClassName`);
  }
  const today = textAt(spec, 'ingressClassName');
  if (today !== undefined)
    notes.hand(`wants an IngressClass ${today} in the new cluster: the ingress controller's own installation makes it`);
  else
    notes.hand(
      'names no class: the new cluster has to have a default IngressClass, or name one in spec.ingressClassName',
    );
}
