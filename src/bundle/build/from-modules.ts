import type { Report } from '../../engine/report.js';
import { run } from '../../engine/run-program.js';
import type { Source } from '../write-archive.js';
import { buildModules, calicoManifest, originOf } from './build-modules.js';
import { apache } from './common-files.js';
import { groundsOf } from './grounds.js';
import { modulesFor } from './modules.js';
import { makeImages, type Ingredients } from './images.js';
import type { Architecture, Versions } from './versions.js';

const onHosts = ['kubeadm', 'kubelet', 'kubectl', 'etcdctl', 'etcdutl', 'containerd', 'ctr', 'containerd-shim-runc-v2'];

/** The Go that builds them: another one makes other bytes. */
export const toolsOfModules = async (): Promise<string> => (await run('go', ['env', 'GOVERSION'])).trim();

/** Programs and images out of Go modules; the images’ layers are made in a folder. */
export async function sourceFromModules(
  versions: Versions,
  architectures: readonly Architecture[],
  layers: string,
  report: Report,
): Promise<Pick<Source, 'files' | 'images'>> {
  const ingredients: Ingredients[] = [];
  for (const architecture of architectures) {
    const binaries = await buildModules(modulesFor(versions), architecture, report);
    ingredients.push({ architecture, binaries, ...(await groundsOf(architecture, report)) });
  }
  const images = await makeImages(versions, ingredients, layers);
  const programs = ingredients.flatMap(({ architecture, binaries }) =>
    onHosts.map(async (name) => {
      const origin = await originOf(modulesFor(versions), name);
      return {
        name: `bin/${architecture}/${name}`,
        content: { path: binaries.get(name) ?? name },
        version: origin.slice(origin.lastIndexOf('@') + 1),
        origin,
        ...apache,
      };
    }),
  );
  const manifest = {
    name: 'manifests/calico.yaml',
    content: { path: await calicoManifest() },
    version: versions.calico,
    origin: await originOf(modulesFor(versions), 'calico-node'),
    ...apache,
  };
  return { images, files: [...(await Promise.all(programs)), manifest] };
}
