import { FactUnknown, type Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';

export interface Applied {
  /** With its group: `Deployment.apps`, `Namespace` of the core. */
  readonly kind: string;
  /** Undefined of what is in none. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What a manifest on a control plane holds, by the cluster’s own account; what is not there yet is left out. */
export const appliedFrom = (path: string): Fact<Applied[]> => ({
  ...asked([
    'get',
    '-f',
    path,
    '--ignore-not-found',
    '--no-headers',
    '-o',
    'custom-columns=KIND:.kind,API:.apiVersion,NAMESPACE:.metadata.namespace,NAME:.metadata.name',
  ]),
  codes: [0, 1, noControlPlane],
  parse(output) {
    const { code, stdout, stderr } = output;
    // Of kinds that the API does not know yet kubectl tells beside what it found.
    if (code === 1 && !/no matches for kind/.test(stderr))
      throw new FactUnknown(`kubectl exited 1: ${stderr.trim().split('\n').at(-1) ?? ''}`, output);
    return stdout.split('\n').flatMap((line) => {
      const [kind = '', api = '', namespace = '', name = ''] = line.trim().split(/\s+/);
      if (name === '') return [];
      const group = api.includes('/') ? `.${api.split('/')[0]}` : '';
      return [{ kind: `${kind}${group}`, namespace: namespace === '<none>' ? undefined : namespace, name }];
    });
  },
});
