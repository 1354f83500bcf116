import { labelOf, type Progress } from '../workflows/messages.js';

/** For how long nothing of a run that waits may change, while steps are at work, before the person is told; milliseconds. */
const quiet = 30_000;

/**
 * Whether a run that waits for a person may still come to ask for more: whoever signs, or mends, wants to see what all
 * hosts ask for. `unchanged`: for how many milliseconds nothing of it has changed.
 */
export const stillMoves = ({ lines }: Pick<Progress, 'lines'>, unchanged: number): boolean =>
  unchanged < quiet && lines.some(({ state }) => state === 'running');

/** What a run waits for, in words, with the commands that answer it. */
export function waitsFor({ cluster, gates, lines }: Pick<Progress, 'cluster' | 'gates' | 'lines'>): string {
  const gate = gates.find(({ state }) => state === 'waiting');
  const held = lines.filter(({ state }) => state === 'held');
  const working = lines.filter(({ state }) => state === 'running');
  const asks = [
    ...(gate ? [`kha approve ${cluster} ${gate.name}`] : []),
    ...(held.length > 1 ? [`kha retry ${cluster}      (all that is held), or one of:`] : []),
    ...held.map(
      ({ step, host }) =>
        `kha retry ${cluster} --step ${step} --host ${host}      (or kha skip … --reason …, or kha abort ${cluster})`,
    ),
  ];
  return [
    'waits for a person:',
    ...asks.map((line) => `  ${line}`),
    ...(working.length > 0
      ? [`still at work: ${working.map((line) => `${line.step} on ${labelOf(line)}`).join(', ')}`]
      : []),
    `then come back with: kha watch ${cluster}`,
  ].join('\n');
}
