/** Part of an object whose shape nobody vouches for: what an API server or a file gave. */
export type Fields = Record<string, unknown>;

/** An object of a cluster's API, as JSON. */
export interface KubeObject extends Fields {
  apiVersion: string;
  kind: string;
  metadata: Fields;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at the end of a path; undefined where the path breaks off. */
export function valueAt(from: unknown, ...path: readonly string[]): unknown {
  let found = from;
  for (const key of path) found = isFields(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

export function fieldsAt(from: unknown, ...path: readonly string[]): Fields | undefined {
  const found = valueAt(from, ...path);
  return isFields(found) ? found : undefined;
}

export function textAt(from: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(from, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Members of a list that are objects; none where there is no list. */
export function listAt(from: unknown, ...path: readonly string[]): Fields[] {
  const found = valueAt(from, ...path);
  return Array.isArray(found) ? found.filter(isFields) : [];
}

export const wordsAt = (from: unknown, ...path: readonly string[]): string[] => {
  const found = valueAt(from, ...path);
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string') : [];
};

/** The object at a key, which is made where there is none. */
export function into(fields: Fields, key: string): Fields {
  const found = fieldsAt(fields, key);
  if (found) return found;
  const made: Fields = {};
  fields[key] = made;
  return made;
}

/** Takes a key away, and says what stood there. */
export function take(fields: Fields, key: string): unknown {
  const found = valueAt(fields, key);
  delete fields[key];
  return found;
}

export const missing = (fields: Fields, key: string): boolean => {
  const found = valueAt(fields, key);
  return found === undefined || found === null;
};

export const nameOf = (object: KubeObject): string => textAt(object.metadata, 'name') ?? '';
export const namespaceOf = (object: KubeObject): string | undefined => textAt(object.metadata, 'namespace');

/** The group of an apiVersion: empty for v1. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/** Group and kind, by which an object's kind is known whatever its version: `apps/Deployment`, `/Pod`. */
export const groupKind = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string =>
  `${groupOf(apiVersion)}/${kind}`;

/** JSON in an annotation; undefined where it is none. */
export function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Annotations are anybody's: what is no JSON here is nothing that Kubernetes read.
    return undefined;
  }
}
