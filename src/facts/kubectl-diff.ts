import { FactUnknown, type Fact } from './fact.js';
import { asked, noControlPlane } from './kubectl.js';

/** The API knows neither the object's namespace nor its kind yet: what is to be applied makes both. */
const unheardOf = /^.*(?:\(NotFound\)|no matches for kind|ensure CRDs are installed first).*$/m;

/** What applying would change in the cluster, its first line; undefined when nothing (kubectl diff: 0 none, 1 some, more an error). */
export const kubectlDiff = (...source: readonly string[]): Fact<string | undefined> => ({
  ...asked(['diff', '--server-side', '--force-conflicts', ...source]),
  codes: [0, 1, 2, noControlPlane],
  parse(output) {
    const { code, stdout, stderr } = output;
    if (code === 0) return undefined;
    if (code === noControlPlane) return 'there is no control plane yet';
    const first = stdout.split('\n').find((line) => /^[+-][^+-]/.test(line)) ?? unheardOf.exec(stderr)?.[0];
    if (first !== undefined) return first.slice(0, 120);
    throw new FactUnknown(`kubectl diff exited ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`, output);
  },
});
