import { parseDocument } from 'yaml';
import type { PodImage } from '../../cluster/add-ons.js';

type Fields = Readonly<Record<string, unknown>>;

/** Images that pods of a manifest run, or mount, as the manifest names them: each once, in order of their names. */
export function imagesIn(manifest: string): PodImage[] {
  const found = new Map<string, boolean>();
  const add = (image: unknown, policy: unknown): void => {
    if (typeof image === 'string') found.set(image, (found.get(image) ?? false) || isAskedFor(image, policy));
  };
  const walk = (value: unknown, key = ''): void => {
    if (Array.isArray(value)) {
      for (const one of value as readonly (Fields | null)[]) {
        if (/^(initC|ephemeralC|c)ontainers$/.test(key)) add(one?.['image'], one?.['imagePullPolicy']);
        if (key === 'volumes') {
          const { reference, pullPolicy } = (one?.['image'] ?? {}) as Fields;
          add(reference, pullPolicy);
        }
        walk(one);
      }
    } else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, name);
  };
  for (const text of manifest.split(/^---[ \t]*$/m)) walk(parseDocument(text, { version: '1.1' }).toJS());
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([image, always]) => ({ image, always }));
}

/** Without a policy a tag that is `latest`, or none, is as Always (kubernetes.io, Images, default image pull policy). */
function isAskedFor(image: string, policy: unknown): boolean {
  if (typeof policy === 'string') return policy === 'Always';
  return !image.includes('@') && (/:latest$/.test(image) || !/:[^/]+$/.test(image));
}
