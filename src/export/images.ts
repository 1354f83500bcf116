import { fieldsAt, textAt, type Fields, type KubeObject } from './fields.js';
import type { Notes } from './notes.js';
import { containersOf } from './pod.js';

/** Registries, and the images that the objects' pods want of each, sorted. */
export function imagesOf(objects: readonly KubeObject[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const image of objects
    .flatMap(podSpecs)
    .flatMap(containersOf)
    .map((one) => textAt(one, 'image'))) {
    if (image === undefined || image === '') continue;
    const registry = registryOf(image);
    found.set(registry, (found.get(registry) ?? new Set()).add(image));
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, images]) => [name, [...images].sort()]));
}

/**
 * Names images otherwise, in place: `registries` has beginnings of names (`old.example:5000`, `docker.io/library`) and what
 * they become. The longest one counts.
 */
export function renameImages(object: KubeObject, registries: ReadonlyMap<string, string>, notes: Notes): void {
  for (const container of podSpecs(object).flatMap(containersOf)) {
    const image = textAt(container, 'image') ?? '';
    const whole = wholeName(image);
    const [old] = [...registries.keys()]
      .filter((one) => whole.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length);
    if (old === undefined) continue;
    container['image'] = `${registries.get(old)}${whole.slice(old.length)}`;
    notes.change(`image ${image} is ${textAt(container, 'image')}`);
  }
}

/** A name with what docker adds to it: docker.io, and library for an image of nobody's. */
const wholeName = (image: string): string => {
  if (registryOf(image) !== 'docker.io' || image.startsWith('docker.io/')) return image;
  return `docker.io/${image.includes('/') ? '' : 'library/'}${image}`;
};

function podSpecs(object: KubeObject): Fields[] {
  const spec = fieldsAt(object, 'spec');
  const found = [
    object.kind === 'Pod' ? spec : undefined,
    fieldsAt(object, 'template', 'spec'),
    fieldsAt(spec, 'template', 'spec'),
    fieldsAt(spec, 'jobTemplate', 'spec', 'template', 'spec'),
  ];
  return found.filter((one): one is Fields => one !== undefined);
}

/** The registry of an image's name, as docker reads it: without a dot, a colon or localhost before the first slash it is Docker's. */
function registryOf(image: string): string {
  const first = image.split('/')[0] ?? '';
  return image.includes('/') && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}
