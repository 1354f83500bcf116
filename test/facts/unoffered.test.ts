import { expect, it } from 'vitest';
import { unofferedDebs } from '../../src/facts/dpkg.js';
import { answer } from '../../src/facts/fact.js';
import { unofferedRpms } from '../../src/facts/rpm.js';
import { shellWith } from '../shell.js';

const machine = ['mktemp', 'mkdir', 'rm', 'sed', 'grep', 'cat', 'timeout', 'sleep'];
const names = ['haproxy', 'keepalived'];

/** apt that writes lists only where it is told to, and has what is named. */
const apt = (offered: readonly string[], update: string): Record<string, string> => ({
  'apt-get': `case "$*" in *"Dir::State::Lists=/tmp"*" update") ;; *) exit 9;; esac\n${update}`,
  'apt-cache': `for name; do :; done; case " ${offered.join(' ')} " in *" $name "*) echo "$name:"; echo '  Installed: (none)'; echo '  Candidate: 1.0-1';; *) echo "$name:"; echo '  Candidate: (none)';; esac`,
});

it.each([
  ['offers all', names, ':', { names: [], said: '' }],
  [
    'offers some, and cannot ask one repository',
    ['haproxy'],
    `echo "W: Failed to fetch http://deb.example/InRelease  Could not resolve 'deb.example'"`,
    { names: ['keepalived'], said: `Failed to fetch http://deb.example/InRelease  Could not resolve 'deb.example'` },
  ],
])('knows what apt %s, without touching the host’s own lists', (_, offered, update, found) => {
  const fact = unofferedDebs(names);
  expect(answer(fact, shellWith(apt(offered, update), machine, fact.command))).toEqual(found);
});

it.each([
  ['all', 'echo haproxy; echo keepalived', { names: [], said: '' }],
  ['one, by its whole name', 'echo haproxy; echo keepalived-x', { names: ['keepalived'], said: '' }],
  [
    'nothing, as it reaches no repository',
    `echo "Error: Failed to download metadata for repo 'appstream'" >&2; exit 1`,
    { names, said: `Error: Failed to download metadata for repo 'appstream'` },
  ],
])('knows where dnf offers %s', (_, dnf, found) => {
  const fact = unofferedRpms(names);
  const script = `case "$*" in *"--setopt=cachedir=/tmp/"*) ;; *) exit 9;; esac\n${dnf}`;
  expect(answer(fact, shellWith({ dnf: script }, machine, fact.command))).toEqual(found);
});

it('takes no answer in time for no answer', () => {
  // As timeout(1) ends with, once it has ended its command.
  const late = { ...apt(names, ':'), timeout: 'exit 124' };
  const fact = unofferedDebs(names);
  expect(
    answer(
      fact,
      shellWith(
        late,
        machine.filter((name) => name !== 'timeout'),
        fact.command,
      ),
    ),
  ).toBeUndefined();
});
