import { containerHosts } from '../../cluster/roles.js';
import { dockerImages } from '../../facts/docker.js';
import { existing } from '../../facts/files.js';
import { sh } from '../../facts/sh.js';
import { wantedImages, type HostImage } from '../runtime/images.js';
import { watching } from '../runtime/pull-images.js';
import { sourceOf } from '../source.js';
import type { CheckContext, Step } from '../step.js';
import { loginFolder } from './docker-files.js';

/** As the seed's pull and tag, but by digest: which image it is, the tag of a registry does not say. */
export const pullDockerImages: Step = {
  name: 'pullDockerImages',
  does: 'Pull ahead every image that the host will run, by its digest, and give it its name',
  on: containerHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['container runtime'],
  gives: 'images',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    const images = await lacking(context);
    if (images.length === 0) return;
    const { reference, served } = await sourceOf(context).pulling();
    const [login] = await context.host.read(existing([loginFolder]));
    const docker = login === undefined ? 'docker' : sh`docker --config ${login}`;
    const script = [
      `pull() { ${docker} pull "$1" >/dev/null && docker tag "$1" "$2"; }`,
      ...(served === undefined ? [] : [watching(served)]),
      ...images.map(({ image, name, digest }) => sh`pull ${reference(image, digest)} ${name}` + ' || exit'),
    ];
    await context.host.runUnit(script.join('; '));
  },
};

interface Lacking extends HostImage {
  readonly digest: string;
  readonly words: string;
}

/** Images that docker does not have under their names with the digests of the bundle. */
async function lacking(context: CheckContext): Promise<Lacking[]> {
  const [wanted, found] = await Promise.all([wantedImages(context), context.host.read(dockerImages)]);
  return wanted.flatMap(({ image, name, digest }) => {
    const known = found.get(name);
    if (known?.includes(digest)) return [];
    return [
      { image, name, digest, words: `${name} ${known ? 'is another image than the bundle’s' : 'is not pulled'}` },
    ];
  });
}
