import { describe, expect, it } from 'vitest';
import { compareAuthorities, replaced } from '../../lab/authorities.js';
import { etcdJournal, outagesOn, together } from '../../lab/etcd-outages.js';

const id = (letter: string): string => letter.repeat(64);
const line = (second: number, message: string): string =>
  `time="2026-11-25T10:00:${String(second).padStart(2, '0')}.5Z" level=info msg="${message}"`;
const made = (second: number, container: string): string =>
  line(
    second,
    `CreateContainer within sandbox \\"${id('0')}\\" for name:\\"etcd\\" returns container id \\"${id(container)}\\"`,
  );
const started = (second: number, container: string): string =>
  line(second, `StartContainer for \\"${id(container)}\\" returns successfully`);
const ended = (second: number, container: string): string =>
  line(
    second,
    `received container exit event container_id:\\"${id(container)}\\" id:\\"${id(container)}\\" pid:1 exited_at:{seconds:1}`,
  );
const journal = (...lines: string[]): string => lines.join('\n');

describe('outages of etcd', () => {
  it('go from an end to the next start, of etcd’s containers only', () => {
    const said = journal(
      made(1, 'a'),
      started(2, 'a'),
      ended(3, 'f'),
      ended(10, 'a'),
      started(11, 'f'),
      made(12, 'b'),
      started(13, 'b'),
    );
    const [only, ...more] = outagesOn('m1', said);
    expect(more).toEqual([]);
    expect((only!.to - only!.from) / 1000).toBe(3);
  });
  it('are found in what the hosts’ journals say, of a first container and of a restarted one', () => {
    const said = [
      made(1, 'a'),
      made(2, 'b').replace('returns', 'attempt:1 returns'),
      made(3, 'c').replace('etcd', 'etcd-x'),
    ];
    const pattern = /grep -E '([^']*)'/.exec(etcdJournal)![1]!;
    expect(said.map((line) => new RegExp(pattern).test(line))).toEqual([true, true, false]);
  });
  it('are a problem when two members are away at once, and none one after another', () => {
    const first = outagesOn(
      'm1',
      journal(made(1, 'a'), started(2, 'a'), ended(10, 'a'), made(12, 'b'), started(13, 'b')),
    );
    const after = outagesOn(
      'm2',
      journal(made(1, 'c'), started(2, 'c'), ended(20, 'c'), made(22, 'd'), started(23, 'd')),
    );
    const meanwhile = outagesOn('m3', journal(made(1, 'e'), started(2, 'e'), ended(11, 'e')));
    expect(together([...first, ...after])).toEqual([]);
    expect(together([...first, ...meanwhile])).toEqual([expect.stringContaining('away on m1 and on m3 at once')]);
  });
});

describe('authorities', () => {
  const said = (ca: string, more = ''): string => `${ca}  ca.crt\n${more}`;
  it('are the same everywhere, and never other than before', () => {
    const before = compareAuthorities(
      new Map([
        ['m1', said('aa')],
        ['m2', said('aa')],
      ]),
    );
    expect(before.problems).toEqual([]);
    const after = compareAuthorities(
      new Map([
        ['m1', said('aa')],
        ['m2', said('bb')],
        ['m3', said('aa')],
      ]),
    );
    expect(after.problems).toEqual(['ca.crt of m2 is not that of m1']);
    expect(replaced(before.found, after.found)).toEqual(['m2 ca.crt was replaced']);
  });
  it('made what lies beside them', () => {
    const { problems } = compareAuthorities(new Map([['m1', said('aa', '!apiserver.crt was not made by ca.crt\n')]]));
    expect(problems).toEqual(['m1: apiserver.crt was not made by ca.crt']);
  });
});
