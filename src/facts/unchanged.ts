import { FactUnknown, type Fact } from './fact.js';
import { asked, noControlPlane, onlyNotFound } from './kubectl.js';
import { rows } from './rows.js';

/**
 * Whether an object is as it was when it was made, and was made no later than another one, whose pods then know no other
 * content of it. False where that cannot be told: API servers say since 1.18 when which field was written (managedFields;
 * a write that changes nothing leaves its time). Both times are of the API's own clocks, in seconds.
 */
export const unchangedSince = (namespace: readonly string[], object: string, reader: string): Fact<boolean> => ({
  ...asked([
    ...[...namespace, 'get', object, reader, '-o'],
    'jsonpath={range .items[*]}{.metadata.creationTimestamp}{range .metadata.managedFields[*]}{" "}{.time}{end}{"\\n"}{end}',
  ]),
  codes: [0, 1, noControlPlane],
  parse(output) {
    if (output.code === 1) onlyNotFound(output);
    if (output.code !== 0) return false;
    const [made, read] = rows(output, /^(\S+Z)((?: \S+Z)*)$/);
    if (!made || !read) throw new FactUnknown(`kubectl tells of one object where ${object} and ${reader} are`, output);
    const [first = '', writes = ''] = made;
    return (
      writes !== '' &&
      writes
        .trim()
        .split(' ')
        .every((time) => time === first) &&
      first <= read[0]!
    );
  },
});
