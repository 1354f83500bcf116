import { architectures, knownSystem, systems } from '../../cluster/systems.js';
import type { Survey } from '../../facts/survey.js';
import type { Problem } from './problem.js';

/** What keeps packages from being chosen for a host by its system and architecture (cluster/systems.ts). */
export function systemProblems({ os, arch, packages }: Survey): Problem[] {
  const problems: Problem[] = [];
  const say = (when: boolean, name: Problem['name'], words: string, warning = false): void => {
    if (when) problems.push({ name, words, warning });
  };
  const known = knownSystem(os);
  const own = known && packages[known.family];
  const ours = Object.values<string>(architectures).includes(arch);
  say(!known, 'os', `it is ${os}; kha knows ${systems.map(({ name }) => name).join(', ')}`);
  say(known?.tested === false, 'os', `no test of kha installs on a whole ${os} host yet`, true);
  say(known !== undefined && own === undefined, 'os', `${os} has no ${known?.family === 'rpm' ? 'rpm' : 'dpkg'}`);
  say(!ours, 'architecture', `a kernel of ${arch}; kha has programs for amd64 and arm64`);
  say(ours && own !== undefined && own !== arch, 'architecture', `a kernel of ${arch} with packages of ${own}`);
  return problems;
}
