import { fieldsAt, textAt, type Fields, type KubeObject } from './fields.js';
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
