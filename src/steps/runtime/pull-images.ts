import { containerHosts } from '../../cluster/roles.js';
import { localImages } from '../../facts/images.js';
import { sh } from '../../facts/sh.js';
import { sourceOf } from '../source.js';
import type { CheckContext, Step } from '../step.js';
import { wantedImages, type HostImage } from './images.js';

/**
 * The name comes last: where it is, the image is whole. Pinned, as to pull it again the kubelet knows a name only, which the
 * registry may have for something else by then, or nobody any more.
 */
export const pullImages: Step = {
  name: 'pullImages',
  does: 'Pull ahead every image that the host will run, by its digest',
  on: containerHosts,
  pace: 'all at once',
  retry: 'download',
  needs: ['container runtime'],
  gives: 'images',
  check: async (context) => (await lacking(context)).map(({ words }) => words),
  async apply(context) {
    const images = await lacking(context);
    if (images.length === 0) return;
    const { options, reference, served } = await sourceOf(context).pulling();
    const pulls = images.map(({ image, name, digest, there }) =>
      there ? sh`pin ${name}` : sh`pull ${reference(image, digest)} ${name}`,
    );
    const script = [
      'images() { ctr -n k8s.io images "$@" >/dev/null; }',
      'pin() { images label "$1" io.cri-containerd.pinned=pinned; }',
      `pull() { images pull ${options} "$1" && images tag --force "$1" "$2" && pin "$2" && images rm "$1"; }`,
      ...(served === undefined ? [] : [watching(served)]),
      ...pulls.map((pull) => `${pull} || exit`),
    ];
    await context.host.runUnit(script.join('; '));
  },
};

/**
 * Ends the pull once nobody serves the bundle any more: through an SSH connection that is dead and looks alive, containerd
 * would wait for a quarter of an hour. What is left behind ends with the unit.
 */
export const watching = (url: string): string =>
  sh`serves() { curl -sS -o /dev/null --noproxy ${'*'} --max-time 20 ${`${url}/v2/`}; }; ` +
  `(misses=0; while sleep 10; do if serves; then misses=0; else misses=$((misses + 1)); fi; ` +
  `if [ "$misses" -ge 3 ]; then echo 'error: the bundle is no longer served through the SSH connection' >&2; kill $$; fi; done) & watcher=$!; ` +
  `trap 'kill "$watcher"' EXIT`;

interface Lacking extends HostImage {
  readonly digest: string;
  /** The right one, and not pinned yet. */
  readonly there: boolean;
  readonly words: string;
}

/** Images that the host does not have under their names with the digests of the bundle. */
async function lacking(context: CheckContext): Promise<Lacking[]> {
  const [wanted, found] = await Promise.all([wantedImages(context), context.host.read(localImages)]);
  return wanted.flatMap(({ image, name, digest }) => {
    const there = found.get(name);
    if (there?.digest === digest && there.pinned) return [];
    const right = there?.digest === digest;
    const words = right ? 'is not pinned' : there ? 'is another image than the bundle’s' : 'is not pulled';
    return [{ image, name, digest, there: right, words: `${name} ${words}` }];
  });
}
