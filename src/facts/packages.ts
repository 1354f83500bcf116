import type { Fact } from './fact.js';
import { lines } from './files.js';

/** Version of every installed Debian package, by `name` and by `name:arch`. */
export const debianPackages: Fact<Map<string, string>> = {
  command: `dpkg-query -W -f '\${db:Status-Abbrev} \${Package} \${Version}\\n'`,
  parse: ({ stdout }) =>
    new Map(
      lines(stdout)
        .filter((line) => line.startsWith('ii'))
        .map((line) => line.split(/\s+/))
        .map(([, name = '', version = '']) => [name, version]),
    ),
};
