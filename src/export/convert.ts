import { groupKind, type KubeObject } from './fields.js';
import type { Folder } from './kind.js';
import { kindOf, versionToday } from './kinds.js';
import { clean } from './metadata.js';
import { Notes } from './notes.js';
import { insteadOf } from './without-successor.js';

/** What became of an object: one of today's, or nothing, with what there is instead. */
export type Converted =
  { readonly object: KubeObject; readonly folder: Folder; readonly notes: Notes } | { readonly instead: string };

/**
 * Converts one object to the API versions of v1.37, without a look at others. `custom` has group and kind of every custom
 * resource, which stays in its version. The object given is left as it is. Never throws, whatever the object's shape.
 */
export function convert(given: KubeObject, custom: ReadonlySet<string> = new Set()): Converted {
  const instead = insteadOf(given);
  if (instead !== undefined) return { instead };
  const kind = kindOf(given);
  const isCustom = custom.has(groupKind(given));
  if (!kind && !isCustom) return { instead: 'nothing that kha knows of: ask the makers of that API' };
  const object = structuredClone(given);
  const notes = new Notes();
  // First, as changes look at annotations that are cleaned away.
  for (const change of kind?.changes ?? []) change(object, notes);
  clean(object, notes);
  if (kind) object.apiVersion = versionToday(kind, given.apiVersion);
  return { object: ordered(object), folder: kind?.folder ?? '11-custom-resources', notes };
}

/** As people write it: apiVersion, kind, metadata, and then the rest as it came. */
function ordered({ apiVersion, kind, metadata, ...rest }: KubeObject): KubeObject {
  const { name, namespace, ...more } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }), ...more },
    ...rest,
  };
}
