import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { answer, FactUnknown } from '../../src/facts/fact.js';
import { selinux } from '../../src/facts/selinux.js';
import { shellWith } from '../shell.js';

const folder = mkdtempSync(join(tmpdir(), 'kha-selinux-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'enforce'), '1');
mkdirSync(join(folder, 'etc'));

const containers = 'system_u:object_r:container_runtime_exec_t:s0';
/** As libselinux and policycoreutils say it. */
const programs = {
  matchpathcon: `[ "$*" = '-n /usr/bin/containerd' ] && echo '${containers}'`,
  restorecon: `[ "$1" = -nv ] || exit 1; echo "Would relabel $2 from unconfined_u:object_r:etc_t:s0 to unconfined_u:object_r:kubernetes_file_t:s0"`,
  getsebool: `case $1 in haproxy*) echo "$1 --> off";; keepalived*) echo "$1 --> on";; *) echo "Error getting active value for $1: No such file or directory" >&2; exit 255;; esac`,
};

function ask(more: Partial<typeof programs> = {}, mounted = join(folder, 'enforce')) {
  const paths = [join(folder, 'etc'), join(folder, 'gone')];
  const fact = selinux(paths, ['haproxy_connect_any', 'keepalived_connect_any', 'unheard_of']);
  const command = fact.command.replaceAll('/sys/fs/selinux/enforce', mounted);
  return answer(fact, shellWith({ ...programs, ...more }, ['stat'], command));
}

it('is nothing where the kernel has it switched off', () => expect(ask({}, join(folder, 'none'))).toBeUndefined());

it('tells labels, absent paths and booleans', () =>
  expect(ask()).toEqual({
    knowsContainers: true,
    mislabelled: [
      `Would relabel ${join(folder, 'etc')} from unconfined_u:object_r:etc_t:s0 to unconfined_u:object_r:kubernetes_file_t:s0`,
    ],
    absent: [join(folder, 'gone')],
    off: ['haproxy_connect_any'],
  }));

it('tells of a policy without containers', () =>
  expect(ask({ matchpathcon: 'echo system_u:object_r:bin_t:s0', restorecon: '' })).toMatchObject({
    knowsContainers: false,
    mislabelled: [],
  }));

it.each<[string, Partial<typeof programs>]>([
  ['matchpathcon', { matchpathcon: 'exit 1' }],
  ['restorecon', { restorecon: 'echo "restorecon: Could not open file_contexts" >&2; exit 255' }],
  ['getsebool', { getsebool: 'echo "getsebool: SELinux is disabled" >&2; exit 1' }],
])('is unknown where %s fails', (_, more) => expect(() => ask(more)).toThrow(FactUnknown));
