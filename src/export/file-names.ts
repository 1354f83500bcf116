import { nameOf, namespaceOf, type KubeObject } from './fields.js';

/** A file's name may have 255 bytes, and an object's name alone 253. */
const longest = 180;

/** Where an object is written: folder/namespace/kind.name.yaml, or folder/kind.name.yaml. */
export function fileOf(folder: string, object: KubeObject): string {
  const namespace = namespaceOf(object);
  const name = safe(`${object.kind.toLowerCase()}.${nameOf(object)}`);
  return [folder, ...(namespace === undefined ? [] : [safe(namespace)]), `${name}.yaml`].join('/');
}

/** Roles may be called by anything that has no slash; a file system takes less. */
const safe = (text: string): string => {
  const made = text.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, longest);
  return /^\.*$/.test(made) ? `_${made}` : made;
};

/** Files whose names came out the same, on file systems that know no capitals too, get numbers. */
export function uniqueFiles<T extends { readonly file: string }>(all: readonly T[]): T[] {
  const taken = new Set<string>();
  return all.map((one) => {
    let file = one.file;
    for (let next = 2; taken.has(file.toLowerCase()); next++) file = one.file.replace(/\.yaml$/, `.${next}.yaml`);
    taken.add(file.toLowerCase());
    return { ...one, file };
  });
}
