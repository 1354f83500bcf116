import { ownManifests } from '../../bundle/build/common-files.js';
import { addOnsOf, isBundled, type AddOn } from '../../cluster/add-ons.js';
import { error, type RuleProblem } from '../../cluster/rule-problem.js';
import { addOnFiles, withReadableFiles } from './named-files.js';
import { SpecProblems } from './problem.js';
import { readSpec } from './read.js';

/** The add-ons of a spec that a bundle of this release is to hold besides kha’s own. Throws SpecProblems. */
export async function addOnsToBuild(file: string, kubernetes: string): Promise<AddOn[]> {
  const spec = await readSpec(file);
  const { cluster, locate, text } = spec;
  const problems: RuleProblem[] = [];
  if (cluster.kubernetesVersion !== kubernetes) {
    const message = `charts would be rendered for another release than the bundle’s, ${kubernetes}`;
    problems.push(error(['kubernetesVersion'], message, cluster.kubernetesVersion, kubernetes));
  }
  for (const [index, one] of addOnsOf(cluster).entries()) {
    const isOwn = ownManifests.includes(one.name);
    if (isOwn !== isBundled(one)) {
      const message = isOwn
        ? 'every bundle has a manifest of kha’s own under this name'
        : `nothing says what it is made of, and kha’s own are ${ownManifests.join(', ')}`;
      problems.push(error(['addons', index], message, one.name, isOwn ? 'another name' : 'a file, a url or a chart'));
    }
  }
  if (problems.length > 0) throw new SpecProblems(locate(problems), text);
  await withReadableFiles(spec, addOnFiles(cluster), false);
  return addOnsOf(cluster).filter((one) => !isBundled(one));
}
