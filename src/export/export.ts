import { convert } from './convert.js';
import { groupKind, nameOf, namespaceOf, textAt, type KubeObject } from './fields.js';
import { fileOf, uniqueFiles } from './file-names.js';
import { imagesOf, renameImages } from './images.js';
import { around, leftBehind } from './left-behind.js';
import { nodeSettings, type NodeSettings } from './node-settings.js';
import type { Notes } from './notes.js';

/** How an object is called among all of a cluster's. */
export interface Called {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}
export interface Exported extends Called {
  /** The apiVersion that it had; `apiVersion` is today's. */
  readonly was: string;
  /** Below the export's folder, with slashes. */
  readonly file: string;
  readonly object: KubeObject;
  readonly notes: Notes;
}
export interface Left extends Called {
  readonly why: string;
  readonly named: boolean;
}
export interface WithoutSuccessor extends Called {
  readonly instead: string;
  readonly file: string;
  readonly object: KubeObject;
}
/** A cluster's objects for a cluster of today's version, and what is to be said of each that it had. */
export interface Export {
  readonly exported: readonly Exported[];
  readonly withoutSuccessor: readonly WithoutSuccessor[];
  readonly left: readonly Left[];
  /** Registries, and the images that pods want of each. */
  readonly images: ReadonlyMap<string, readonly string[]>;
  /** Labels and taints that people gave to nodes. */
  readonly nodes: readonly NodeSettings[];
}

/** Bytes that all annotations of an object may have (apimachinery, TotalAnnotationSizeLimitB). */
const annotations = 256 * 1024;

/** Sorts and converts every object of a cluster; `registries` says which are called otherwise (`renameImages`). Never throws. */
export function exportOf(objects: readonly KubeObject[], registries: ReadonlyMap<string, string> = new Map()): Export {
  const about = around(objects);
  const custom = new Set(objects.filter(isDefinition).flatMap(definedKinds));
  const found = { exported: [] as Exported[], withoutSuccessor: [] as WithoutSuccessor[], left: [] as Left[] };
  for (const object of objects) {
    const reason = leftBehind(object, about);
    if (reason) {
      found.left.push({ ...called(object), why: reason.why, named: reason.named ?? false });
      continue;
    }
    const made = convert(object, custom);
    if ('instead' in made)
      found.withoutSuccessor.push({ ...called(object), ...made, file: fileOf('without-successor', object), object });
    else {
      const { folder, notes } = made;
      renameImages(made.object, registries, notes);
      if (JSON.stringify(made.object).length > annotations)
        notes.hand(
          'is larger than what kubectl apply can keep in an annotation (256 KiB): apply it with --server-side',
        );
      const file = fileOf(`objects/${folder}`, object);
      found.exported.push({ ...called(made.object), was: object.apiVersion, file, object: made.object, notes });
    }
  }
  return {
    exported: uniqueFiles(found.exported),
    withoutSuccessor: uniqueFiles(found.withoutSuccessor),
    left: found.left,
    images: imagesOf(found.exported.map(({ object }) => object)),
    nodes: nodeSettings(objects),
  };
}

function called(object: KubeObject): Called {
  const namespace = namespaceOf(object);
  const { apiVersion, kind } = object;
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name: nameOf(object) };
}

const isDefinition = (object: KubeObject): boolean =>
  groupKind(object) === 'apiextensions.k8s.io/CustomResourceDefinition';

/** Group and kind, whatever the version: definitions of 1.9 have one version, later ones several. */
function definedKinds(definition: KubeObject): string[] {
  const group = textAt(definition, 'spec', 'group') ?? '';
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? '';
  return [groupKind({ apiVersion: `${group}/v1`, kind })];
}

/** Whether anything of an export waits for a person's hands. */
export const needsHands = ({ exported, withoutSuccessor, left }: Export): boolean =>
  withoutSuccessor.length > 0 ||
  exported.some(({ notes }) => notes.byHand.length > 0) ||
  left.some(({ named }) => named);
