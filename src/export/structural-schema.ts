import { fieldsAt, isFields, listAt, type Fields } from './fields.js';

const preserve = 'x-kubernetes-preserve-unknown-fields';
const intOrString = 'x-kubernetes-int-or-string';
/** What a structural schema may not have anywhere (kubernetes.io, Specifying a structural schema). */
const forbidden = ['$ref', '$schema', 'id', 'definitions', 'dependencies', 'patternProperties', 'additionalItems'];
/** What it may not have below allOf, anyOf, oneOf and not. */
const notInJunctors = ['type', 'default', 'description', 'title', 'additionalProperties', 'nullable'];

const ofRoot = /^(\.(allOf|anyOf|oneOf|not))+$/;

/**
 * A schema as apiextensions.k8s.io/v1 takes it, under which everything passes that passed before, unknown fields too.
 * `weaker` says what of the old validation could not be kept.
 */
export function structuralSchema(schema: unknown): { readonly schema: Fields; readonly weaker: string[] } {
  const weaker: string[] = [];
  const root = isFields(schema) ? structural(structuredClone(schema), '', weaker) : {};
  const made: Fields = { ...root, type: 'object', [preserve]: true };
  const properties = fieldsAt(made, 'properties');
  if (properties)
    for (const [key, type] of [
      ['apiVersion', 'string'],
      ['kind', 'string'],
      ['metadata', 'object'],
    ] as const)
      if (Object.hasOwn(properties, key)) properties[key] = { type };
  return { schema: made, weaker };
}

function structural(node: Fields, path: string, weaker: string[]): Fields {
  const lose = (what: string): number => weaker.push(`${path || '(root)'}: ${what}`);
  for (const key of forbidden)
    if (key in node) {
      delete node[key];
      lose(key);
    }
  if (node['uniqueItems'] === true) {
    delete node['uniqueItems'];
    lose('uniqueItems');
  }
  if (isIntOrString(node)) {
    delete node['anyOf'];
    delete node['oneOf'];
    node[intOrString] = true;
  }
  children(node, path, weaker, lose);
  node['type'] ??= typeOf(node);
  if (node['type'] === undefined) delete node['type'];
  if (node['type'] === undefined && node[intOrString] !== true) node[preserve] = true;
  if (node['type'] === 'object' && !('additionalProperties' in node)) node[preserve] = true;
  if (node['type'] === 'array') node['items'] ??= { [preserve]: true };
  junctors(node, node, path, lose);
  return node;
}

function children(node: Fields, path: string, weaker: string[], lose: (what: string) => number): void {
  const properties = fieldsAt(node, 'properties');
  for (const [key, child] of Object.entries(properties ?? {}))
    properties![key] = isFields(child) ? structural(child, `${path}.${key}`, weaker) : { [preserve]: true };
  if (properties && 'additionalProperties' in node) {
    delete node['additionalProperties'];
    lose('additionalProperties beside properties');
  }
  const more = node['additionalProperties'];
  if (isFields(more)) node['additionalProperties'] = structural(more, `${path}.*`, weaker);
  else if ('additionalProperties' in node) {
    delete node['additionalProperties'];
    if (more === false) lose('additionalProperties: false');
  }
  if (isFields(node['items'])) node['items'] = structural(node['items'], `${path}[]`, weaker);
  else if ('items' in node) {
    node['items'] = { [preserve]: true };
    lose('items that are a list');
  }
}

/** Below a junctor only validations of values may stand, and only of fields that are specified outside of it. */
function junctors(node: Fields, outside: Fields, path: string, lose: (what: string) => number): void {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const part of listAt(node, key)) onlyValues(part, outside, `${path}.${key}`, lose);
  const not = fieldsAt(node, 'not');
  if (not) onlyValues(not, outside, `${path}.not`, lose);
}

function onlyValues(part: Fields, outside: Fields, path: string, lose: (what: string) => number): void {
  for (const key of [...notInJunctors, ...forbidden])
    if (key in part) {
      delete part[key];
      if (key !== 'description' && key !== 'title') lose(`${key} below ${path}`);
    }
  const inner = fieldsAt(part, 'properties');
  // Of an object's own metadata only the root may say something, and of it only a name's shape.
  if (inner && 'metadata' in inner && ofRoot.test(path)) {
    delete inner['metadata'];
    lose(`metadata below ${path}`);
  }
  for (const [key, child] of Object.entries(inner ?? {})) {
    outside['properties'] ??= {};
    outside['type'] ??= 'object';
    const known = outside['properties'] as Fields;
    known[key] ??= { [preserve]: true };
    if (isFields(child) && isFields(known[key])) onlyValues(child, known[key], path, lose);
  }
  const items = fieldsAt(part, 'items');
  if (items) {
    outside['type'] ??= 'array';
    outside['items'] ??= { [preserve]: true };
    if (isFields(outside['items'])) onlyValues(items, outside['items'], path, lose);
  }
  junctors(part, outside, path, lose);
}

const typeOf = (node: Fields): string | undefined => {
  if (node[intOrString] === true) return undefined;
  if (['properties', 'additionalProperties', 'required', 'minProperties', 'maxProperties'].some((key) => key in node))
    return 'object';
  return ['items', 'minItems', 'maxItems'].some((key) => key in node) ? 'array' : undefined;
};

const isIntOrString = (node: Fields): boolean =>
  ['anyOf', 'oneOf'].some((key) => {
    const parts = listAt(node, key);
    const types = parts.map((part) => part['type']);
    return (
      node['type'] === undefined &&
      parts.length === 2 &&
      types.includes('integer') &&
      types.includes('string') &&
      parts.every((part) => Object.keys(part).length === 1)
    );
  });
