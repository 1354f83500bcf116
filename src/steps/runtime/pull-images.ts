import { imageName, pulledFrom } from '../../cluster/image-names.js';
import { containerHosts } from '../../cluster/roles.js';
import { localImages } from '../../facts/images.js';
import { sh } from '../../facts/sh.js';
import { describedBundle } from '../packages/bundle-files.js';
import { Refusal } from '../refusal.js';
import { registryAccess } from '../registry-access.js';
import type { CheckContext, Step } from '../step.js';
import { registryFolder } from './containerd-files.js';
import { imagesOf } from './images.js';

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
    const { place } = await registryAccess(context);
    const pulls = images.map(({ name, repository, digest, there }) =>
      there ? sh`pin ${name}` : sh`pull ${`${place.host}/${repository}@${digest}`} ${name}`,
    );
    await context.host.runUnit(
      // The name comes last: where it is, the image is whole. Pinned: to pull it again the kubelet knows a name only, which
      // the registry may have for something else by then, or not at all.
      sh`images() { ctr -n k8s.io images "$@" >/dev/null; }; pin() { images label "$1" io.cri-containerd.pinned=pinned; }; ` +
        sh`pull() { images pull --hosts-dir ${registryFolder} "$1" && images tag --force "$1" "$2" && pin "$2" && images rm "$1"; }; ` +
        pulls.map((pull) => `${pull} || exit`).join('; '),
    );
  },
};

interface Lacking {
  /** As manifests have it. */
  readonly name: string;
  readonly repository: string;
  readonly digest: string;
  /** The right one, and not pinned yet. */
  readonly there: boolean;
  readonly words: string;
}

/** Images that the host does not have under their names with the digests of the bundle. */
async function lacking(context: CheckContext): Promise<Lacking[]> {
  const { cluster, host } = context;
  const [{ images }, found] = await Promise.all([describedBundle(context), host.read(localImages)]);
  return imagesOf(cluster, host.machine).flatMap((image) => {
    const digest = images[image];
    if (!digest)
      throw new Refusal(`${image} is not in the bundle’s list`, 'push a bundle that is made for this version of kha');
    const name = imageName(cluster, image);
    const there = found.get(name);
    if (there?.digest === digest && there.pinned) return [];
    const right = there?.digest === digest;
    const words = right ? 'is not pinned' : there ? 'is another image than the bundle’s' : 'is not pulled';
    const repository = pulledFrom(cluster, image.split(':')[0]!);
    return [{ name, repository, digest, there: right, words: `${name} ${words}` }];
  });
}
