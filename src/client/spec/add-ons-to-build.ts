import { ownManifests } from '../../bundle/build/common-files.js';
import { isBundled, locatedAddOns, type AddOn } from '../../cluster/add-ons.js';
import { error, type RuleProblem } from '../../cluster/rule-problem.js';
import { addOnFiles, withReadableFiles } from './named-files.js';
import { SpecProblems } from './problem.js';
import { readSpec } from './read.js';

/** The add-ons of a spec that a bundle of this release is to hold besides kha’s own. Throws SpecProblems. */
export async function addOnsToBuild(file: string, kubernetes: string): Promise<AddOn[]> {
  const spec = await readSpec(file);
  const { cluster, locate, text } = spec;
  const all = locatedAddOns(cluster);
  const problems: RuleProblem[] = [];
  if (cluster.kubernetesVersion !== kubernetes) {
    const message = `charts would be rendered for another release than the bundle’s, ${kubernetes}`;
    problems.push(error(['kubernetesVersion'], message, cluster.kubernetesVersion, kubernetes));
  }
  for (const { one, at } of all) {
    if (at.includes('manifests')) {
      const message = 'what goes into a bundle has a name, and this has none';
      problems.push(error(at, message, String(one.file), 'networking.cni: { addons: [{ name, file }] }'));
      continue;
    }
    const isOwn = ownManifests.includes(one.name);
    if (isOwn !== isBundled(one)) {
      const message = isOwn
        ? 'every bundle has a manifest of kha’s own under this name'
        : `nothing says what it is made of, and kha’s own are ${ownManifests.join(', ')}`;
      problems.push(error(at, message, one.name, isOwn ? 'another name' : 'a file, a url or a chart'));
    }
  }
  if (problems.length > 0) throw new SpecProblems(locate(problems), text);
  await withReadableFiles(spec, addOnFiles(cluster), false);
  return all.flatMap(({ one }) => (isBundled(one) ? [] : [one]));
}
